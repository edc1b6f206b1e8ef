package io.caiman.jobs.training;

import io.caiman.jobs.options.TrainingJobOptions;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.train.Pipeline;
import java.io.Serializable;

/**
 * How a model is trained, as opposed to what it is.
 *
 * @param device where the network computes
 * @param deviceRowBytes what of a GPU's memory embedding rows may take, to be learned there; 0 to learn in Java's memory, as
 *     always with {@link Pipeline#STALE_1}
 * @param rows what embedding rows may take: of heap and disk six eighths for those of features, one for those of crosses, one for
 *     ids that wait for a row
 * @param pipeline how its steps follow each other
 */
public record TrainingOptions(ComputeDevice device, long deviceRowBytes, RowStoreOptions rows, Pipeline pipeline)
        implements Serializable {

    public TrainingOptions {
        // While the network computes, another thread has the rows.
        deviceRowBytes = pipeline == Pipeline.STALE_1 ? 0 : deviceRowBytes;
    }

    /** Everything but the device as by default. */
    public static TrainingOptions on(ComputeDevice device) {
        return new TrainingOptions(
                device,
                TrainingJobOptions.DEVICE_ROW_CACHE.defaultValue().getBytes(),
                new RowStoreOptions(
                        TrainingJobOptions.ROW_CACHE.defaultValue().getBytes(),
                        TrainingJobOptions.ROW_SPILL.defaultValue().getBytes(),
                        TrainingJobOptions.ROW_THREADS.defaultValue()),
                Pipeline.parse(TrainingJobOptions.PIPELINE.defaultValue()).orElseThrow());
    }
}
