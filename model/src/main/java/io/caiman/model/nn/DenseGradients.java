package io.caiman.model.nn;

import io.caiman.model.embedding.SquaredNorm;
import java.util.List;

/** The gradients of all dense weights after a backward pass, in one plain array laid out as the weights are. */
public final class DenseGradients {

    /** Floats that are copied and then summed up: they are still in the processor's first cache. */
    private static final int BLOCK = 1 << 12;

    private final List<DenseLayout.Slice> slices;
    private final float[] values;
    private final boolean[] present;

    public DenseGradients(DenseLayout layout) {
        this.slices = layout.slices();
        this.values = new float[layout.size()];
        this.present = new boolean[slices.size()];
    }

    /**
     * Takes over the gradients of these leaves.
     *
     * @return the square of their Euclidean norm, not finite if any of them is not
     */
    public double load(Leaves leaves) {
        double sum = 0;
        for (int number = 0; number < present.length; number++) {
            DenseLayout.Slice slice = slices.get(number);
            var gradient = leaves.gradient(number);
            present[number] = gradient.isPresent();
            if (gradient.isPresent()) {
                int length = slice.length();
                for (int from = 0; from < length; from += BLOCK) {
                    int count = Math.min(BLOCK, length - from);
                    gradient.get().get(from, values, slice.offset() + from, count);
                    sum += SquaredNorm.ofMany(values, slice.offset() + from, count);
                }
            }
        }
        return sum;
    }

    /** Whether the array of weights with this number took part in the pass. */
    public boolean present(int number) {
        return present[number];
    }

    /** The gradients, those of arrays that took no part being of no meaning. */
    public float[] values() {
        return values;
    }
}
