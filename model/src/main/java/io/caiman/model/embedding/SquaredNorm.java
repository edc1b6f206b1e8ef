package io.caiman.model.embedding;

/** The squared Euclidean norm of a run of floats. */
public final class SquaredNorm {

    private static final int BLOCK = 64;

    private SquaredNorm() {}

    /** The same over any number of floats: block by block in floats, the blocks in doubles. */
    public static double ofMany(float[] values, int from, int count) {
        double sum = 0;
        for (int i = 0; i < count; i += BLOCK) {
            sum += of(values, from + i, Math.min(BLOCK, count - i));
        }
        return sum;
    }

    /**
     * The sum of the squares of few floats, in an order of its own: four sums side by side, so that an addition need not wait for the one
     * before it.
     */
    public static float of(float[] values, int from, int count) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = from;
        for (; i < from + count - 3; i += 4) {
            a += values[i] * values[i];
            b += values[i + 1] * values[i + 1];
            c += values[i + 2] * values[i + 2];
            d += values[i + 3] * values[i + 3];
        }
        for (; i < from + count; i++) {
            a += values[i] * values[i];
        }
        return (a + b) + (c + d);
    }
}
