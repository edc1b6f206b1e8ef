package io.caiman.replay.synthetic;

import java.util.Arrays;

/**
 * Draws 0..n-1 with given weights in constant time: the alias method (A. J. Walker 1977, in M. D. Vose's form, "A linear
 * algorithm for generating random numbers with a given distribution", 1991).
 */
final class WeightedChoice {

    private final double[] probabilities;
    private final double[] threshold;
    private final int[] alias;

    /** @param weights not negative, with a positive sum */
    WeightedChoice(double... weights) {
        int n = weights.length;
        double sum = Arrays.stream(weights).sum();
        probabilities = Arrays.stream(weights).map(weight -> weight / sum).toArray();
        threshold = new double[n];
        alias = new int[n];
        Arrays.fill(threshold, 1);
        double[] scaled = Arrays.stream(probabilities).map(p -> p * n).toArray();
        int[] small = new int[n];
        int[] large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            alias[i] = i;
            if (scaled[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            threshold[less] = scaled[less];
            alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1) {
                larges--;
                small[smalls++] = more;
            }
        }
    }

    /** Weights of a Zipf law: the r-th (from 1) weighs r^-exponent. */
    static WeightedChoice zipf(int n, double exponent) {
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = StrictMath.pow(i + 1.0, -exponent);
        }
        return new WeightedChoice(weights);
    }

    int draw(Draws draws) {
        double place = draws.uniform() * alias.length;
        int i = (int) place;
        return place - i < threshold[i] ? i : alias[i];
    }

    double probability(int i) {
        return probabilities[i];
    }

    int size() {
        return alias.length;
    }
}
