package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;

/**
 * Diversity Index: the share of the conflict samples whose experts' outputs are partly large and partly small, so that towers
 * of conflicting domains can be served different vectors (Crocodile, arXiv 2405.12706, Sec. 3.2, Eq. 1):
 *
 * <pre>{@code
 * DI_AF(i, j) = |{k in D_con(i,j): exists p, q: ||O_k^(p)|| >= tau_t and ||O_k^(q)|| <= tau_b}| / |D_con(i,j)|
 * DI_SF(i, j) = |{k in D_con(i,j): ||O_k^(i)|| >= tau_t and ||O_k^(j)|| <= tau_b}| / |D_con(i,j)|
 * }</pre>
 *
 * for all forward (AF: every expert feeds every tower) and specific forward (SF: each domain has its own expert). The paper
 * leaves the thresholds open. Here they are quantiles of the norms of all experts over all samples given, conflict samples or
 * not: the q-quantile is the least norm such that at least a share q of the norms is no greater. So the scale of a model's
 * outputs does not matter, and models with different scales compare.
 *
 * <p>Undefined (empty) without conflict samples, and where {@code tau_t = tau_b}: where so many norms are equal (those of dead
 * experts, say, all 0) that large and small are the same, every such norm would be both. Immutable.
 *
 * @see ConflictSamples
 */
public final class DiversityIndex {

    /** The quantile that is tau_t unless another is asked for. */
    public static final double TOP_QUANTILE = 0.75;

    /** The quantile that is tau_b unless another is asked for. */
    public static final double BOTTOM_QUANTILE = 0.25;

    private final float[] norms;
    private final int experts;
    private final float top;
    private final float bottom;

    /**
     * The index of one model's experts on some samples.
     *
     * @param norms [samples, experts], the Euclidean norm of each expert's output, finite and 0 or more
     * @param experts number of experts, at least 1
     * @param topQuantile of tau_t, in (bottomQuantile, 1]
     * @param bottomQuantile of tau_b, in [0, topQuantile)
     */
    public DiversityIndex(float[] norms, int experts, double topQuantile, double bottomQuantile) {
        if (experts < 1 || norms.length % experts != 0) {
            throw new IllegalArgumentException(
                    "%d norms of %d experts: expected as many norms of each of 1 or more experts"
                            .formatted(norms.length, experts));
        }
        if (!(0 <= bottomQuantile && bottomQuantile < topQuantile && topQuantile <= 1)) {
            throw new IllegalArgumentException(
                    "quantiles %s (top) and %s (bottom): expected 0 <= bottom < top <= 1, such as %s and %s"
                            .formatted(topQuantile, bottomQuantile, TOP_QUANTILE, BOTTOM_QUANTILE));
        }
        for (float norm : norms) {
            if (!(norm >= 0 && norm < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("norm %s: expected a finite number, 0 or more".formatted(norm));
            }
        }
        this.norms = norms.clone();
        this.experts = experts;
        float[] sorted = norms.clone();
        Arrays.sort(sorted);
        this.top = quantile(sorted, topQuantile);
        this.bottom = quantile(sorted, bottomQuantile);
    }

    /** Of no norms 0: there is no sample either for which it would matter. */
    private static float quantile(float[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    /**
     * DI_AF, in [0, 1].
     *
     * @param conflictSamples positions of samples, from {@link ConflictSamples#between}
     */
    public OptionalDouble allForward(int[] conflictSamples) {
        return share(conflictSamples, this::anyLargeAndAnySmall);
    }

    /**
     * DI_SF, in [0, 1].
     *
     * @param conflictSamples positions of samples, from {@link ConflictSamples#between}
     * @param expertOfI the expert of the domain in which the conflict samples are mostly positive
     * @param expertOfJ the expert of the domain in which they are mostly negative
     */
    public OptionalDouble specificForward(int[] conflictSamples, int expertOfI, int expertOfJ) {
        checkPosition("expert", expertOfI, experts);
        checkPosition("expert", expertOfJ, experts);
        return share(
                conflictSamples,
                sample -> norms[sample * experts + expertOfI] >= top && norms[sample * experts + expertOfJ] <= bottom);
    }

    private boolean anyLargeAndAnySmall(int sample) {
        boolean large = false;
        boolean small = false;
        for (int i = sample * experts; i < (sample + 1) * experts; i++) {
            large |= norms[i] >= top;
            small |= norms[i] <= bottom;
        }
        return large && small;
    }

    private OptionalDouble share(int[] conflictSamples, IntPredicate diverse) {
        long count = 0;
        for (int sample : conflictSamples) {
            checkPosition("sample", sample, norms.length / experts);
            count += diverse.test(sample) ? 1 : 0;
        }
        return conflictSamples.length == 0 || top == bottom
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) count / conflictSamples.length);
    }

    private static void checkPosition(String what, int position, int count) {
        if (position < 0 || position >= count) {
            throw new IllegalArgumentException(
                    "%s %d: expected one of the %d counted from 0".formatted(what, position, count));
        }
    }
}
