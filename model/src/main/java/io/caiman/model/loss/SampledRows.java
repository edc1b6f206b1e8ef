package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A loss of some of a batch's samples, to save time (Crocodile, Sec. 5.6, where 32 of 1024 served as well as all). The
 * samples are evenly spaced, the k-th of n being number k * batch / n, rounded down: the same for the same batch, and
 * of every domain in proportion where samples lie sorted by domain.
 *
 * <p>With {@link Normalization#BATCH} the loss is divided by the samples it saw; with {@link Normalization#NONE} fewer
 * samples make a smaller loss.
 *
 * @param loss of the samples taken
 * @param rows how many samples to take, at least 0; all of them if 0 or if the batch has no more
 */
public record SampledRows(ExpertLoss loss, int rows) implements ExpertLoss {

    public SampledRows {
        if (rows < 0) {
            throw new IllegalArgumentException("rows is " + rows + ", expected at least 0, which takes all samples");
        }
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        long batch = outputs.getShape().get(1);
        if (rows == 0 || rows >= batch) {
            return loss.of(outputs, gates);
        }
        long[] taken = new long[rows];
        Arrays.setAll(taken, k -> k * batch / rows);
        NDArray indices = outputs.getManager().create(taken);
        return loss.of(
                outputs.get(new NDIndex(":, {}", indices)), () -> gates.get().get(indices));
    }
}
