package io.caiman.model.train;

/** Arrays that are reused from step to step and only ever grow. What they held is lost when they do. */
final class Growing {

    private Growing() {}

    static int[] atLeast(int[] array, int length) {
        return array.length >= length ? array : new int[grown(array.length, length)];
    }

    static long[] atLeast(long[] array, int length) {
        return array.length >= length ? array : new long[grown(array.length, length)];
    }

    static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[grown(array.length, length)];
    }

    private static int grown(int length, int needed) {
        return Math.max(needed, length + (length >> 1));
    }
}
