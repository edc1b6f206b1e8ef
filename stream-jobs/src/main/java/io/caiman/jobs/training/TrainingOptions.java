package io.caiman.jobs.training;

import io.caiman.model.nn.ComputeDevice;
import java.io.Serializable;
import org.apache.flink.configuration.MemorySize;

/**
 * How a model is trained, as opposed to what it is.
 *
 * @param device where the network computes
 * @param rowCache heap for embedding rows in front of RocksDB; three quarters of it are for the rows of features
 * @param rowThreads threads that read and write rows at the same time, the trainer's own included
 */
public record TrainingOptions(ComputeDevice device, MemorySize rowCache, int rowThreads) implements Serializable {

    /** Heap for rows unless told otherwise: some 400,000 rows of 5 embedding sets of dimension 16. */
    public static final String DEFAULT_ROW_CACHE = "256 mb";

    /** Threads for rows unless told otherwise. */
    public static final int DEFAULT_ROW_THREADS = 2;

    public TrainingOptions {
        if (rowCache.getBytes() < 1) {
            throw new IllegalArgumentException("row cache is " + rowCache + "; expected at least 1 byte");
        }
        if (rowThreads < 1) {
            throw new IllegalArgumentException("row threads is " + rowThreads + "; expected at least 1");
        }
    }

    /** Everything but the device as by default. */
    public static TrainingOptions on(ComputeDevice device) {
        return new TrainingOptions(device, MemorySize.parse(DEFAULT_ROW_CACHE), DEFAULT_ROW_THREADS);
    }
}
