package io.caiman.jobs.training;

import io.caiman.model.nn.ComputeDevice;
import java.io.Serializable;

/**
 * How a model is trained, as opposed to what it is.
 *
 * @param device where the network computes
 * @param cachedRows embedding rows kept in memory in front of the keyed state
 */
public record TrainingOptions(ComputeDevice device, int cachedRows) implements Serializable {

    /**
     * Rows the cache holds unless told otherwise: 84 MB of rows with 5 embedding sets of dimension 16. As many rows of
     * crosses, of 8 bytes each, are kept beside them.
     */
    public static final int DEFAULT_CACHED_ROWS = 200_000;

    public TrainingOptions {
        if (cachedRows < 1) {
            throw new IllegalArgumentException("cached rows is " + cachedRows + "; expected at least 1");
        }
    }
}
