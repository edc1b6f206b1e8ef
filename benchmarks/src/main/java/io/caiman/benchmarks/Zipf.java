package io.caiman.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ranks from 0, with probability in proportion to 1 / (rank + 1). */
final class Zipf {

    private final double[] cumulated;

    /** Ranks below this. */
    Zipf(int size) {
        cumulated = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
    }

    int draw(SplittableRandom random) {
        int at = Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[cumulated.length - 1]);
        return Math.min(cumulated.length - 1, at < 0 ? -at - 1 : at);
    }
}
