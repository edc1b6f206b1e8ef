package io.caiman.jobs.training;

import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.nn.ComputeDevice;
import java.io.Serializable;
import org.apache.flink.configuration.MemorySize;

/**
 * How a model is trained, as opposed to what it is.
 *
 * @param device where the network computes
 * @param rows what embedding rows may take; three quarters of it are for the rows of features
 */
public record TrainingOptions(ComputeDevice device, RowStoreOptions rows) implements Serializable {

    /** Heap for rows unless told otherwise: some 400,000 rows of 5 embedding sets of dimension 16. */
    public static final String DEFAULT_ROW_CACHE = "256 mb";

    /** Local disk for rows unless told otherwise: some 6 million such rows. */
    public static final String DEFAULT_ROW_SPILL = "4 gb";

    /** Threads for rows unless told otherwise. */
    public static final int DEFAULT_ROW_THREADS = 2;

    /** Everything but the device as by default. */
    public static TrainingOptions on(ComputeDevice device) {
        return new TrainingOptions(
                device,
                new RowStoreOptions(
                        MemorySize.parse(DEFAULT_ROW_CACHE).getBytes(),
                        MemorySize.parse(DEFAULT_ROW_SPILL).getBytes(),
                        DEFAULT_ROW_THREADS));
    }
}
