package io.caiman.model.embedding;

/** First values of weights: uniform, a function of a seed alone, and the same on every machine. */
public final class UniformValues {

    private static final float TO_UNIT = 0x1.0p-23f;

    private UniformValues() {}

    /**
     * Fills a run of an array with values uniform in [-bound, bound).
     *
     * @param seed of the first value; the one after it has the seed after it
     */
    public static void fill(long seed, float bound, float[] target, int offset, int count) {
        for (int i = 0; i < count; i++) {
            long bits = RowKeys.mix(seed + i);
            target[offset + i] = ((bits >>> 40) * TO_UNIT - 1f) * bound;
        }
    }
}
