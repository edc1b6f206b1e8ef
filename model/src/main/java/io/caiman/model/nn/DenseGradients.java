package io.caiman.model.nn;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The gradients of all dense weights after a backward pass, as long as what that computed is there. */
public final class DenseGradients {

    /** Floats that are copied and then squared: they are still in the processor's first cache. */
    private static final int BLOCK = 1 << 12;

    private final List<DenseLayout.Slice> slices;
    private List<Optional<FloatBuffer>> gradients = List.of();
    private final float[] block = new float[BLOCK];
    /** Sums of squares side by side, one for each place in a block: so the loop over a block vectorizes. */
    private final float[] squares = new float[BLOCK];

    public DenseGradients(DenseLayout layout) {
        this.slices = layout.slices();
    }

    /**
     * Takes over the gradients of these leaves; they are not copied.
     *
     * @return the square of their Euclidean norm, not finite if any of them is not
     */
    public double load(Leaves leaves) {
        gradients = IntStream.range(0, slices.size()).mapToObj(leaves::gradient).toList();
        Arrays.fill(squares, 0);
        for (int number = 0; number < slices.size(); number++) {
            int length = present(number) ? slices.get(number).length() : 0;
            for (int from = 0; from < length; from += BLOCK) {
                int count = Math.min(BLOCK, length - from);
                get(number, from, block, 0, count);
                addSquares(count);
            }
        }
        double sum = 0;
        for (float square : squares) {
            sum += square;
        }
        return sum;
    }

    private void addSquares(int count) {
        for (int i = 0; i < count; i++) {
            squares[i] += block[i] * block[i];
        }
    }

    /** Whether the array of weights with this number took part in the pass. */
    public boolean present(int number) {
        return gradients.get(number).isPresent();
    }

    /**
     * Copies gradients of an array of weights that took part in the pass.
     *
     * @param number of the array of weights
     * @param from the first of them
     * @param to where it goes
     */
    public void get(int number, int from, float[] target, int to, int count) {
        gradients.get(number).orElseThrow().get(from, target, to, count);
    }
}
