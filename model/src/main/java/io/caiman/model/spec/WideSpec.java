package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Set;

/**
 * The wide part: what is added to the deep part's logit and can learn at every impression. A bias for each feature id;
 * if asked for, a bias for each pair of ids of crossed features, and a factorization machine.
 *
 * @param mode whether there is one, and when it learns
 * @param learningRate of the biases' AdaGrad
 * @param initialAccumulator where their sums of squared gradients start
 * @param crosses biases for pairs of ids
 * @param factors the factorization machine
 */
public record WideSpec(Mode mode, float learningRate, float initialAccumulator, CrossSpec crosses, FactorSpec factors) {

    public WideSpec {
        Require.positive("wide.learning-rate", learningRate);
        Require.positive("wide.initial-accumulator", initialAccumulator);
        boolean there = mode != Mode.NONE;
        Require.that(
                there || crosses.pairs().isEmpty(),
                "wide.crosses.pairs",
                crosses.pairs(),
                "none while wide.mode is none");
        Require.that(
                there || factors.features().isEmpty(),
                "wide.factors.features",
                factors.features(),
                "none while wide.mode is none");
    }

    /** When the wide part learns. */
    public enum Mode {
        /** There is no wide part. */
        @JsonProperty("none")
        NONE,
        /** From a mini-batch's impressions, once all of them are scored. */
        @JsonProperty("batch")
        BATCH,
        /** At every impression, before the next one of the same mini-batch is scored: two-speed learning. */
        @JsonProperty("per-impression")
        PER_IMPRESSION
    }

    /**
     * A bias for each pair of ids of two features, such as a user and a genre.
     *
     * @param pairs the pairs of features
     * @param learningRate of their AdaGrad
     * @param initialAccumulator where their sums of squared gradients start
     */
    public record CrossSpec(List<List<String>> pairs, float learningRate, float initialAccumulator) {

        public CrossSpec {
            for (List<String> pair : pairs) {
                Require.that(
                        pair.size() == 2 && !pair.get(0).equals(pair.get(1)),
                        "wide.crosses.pairs",
                        pair,
                        "two different features");
            }
            Require.that(
                    pairs.stream().map(Set::copyOf).distinct().count() == pairs.size(),
                    "wide.crosses.pairs",
                    pairs,
                    "no pair twice, in whichever order");
            pairs = pairs.stream().map(List::copyOf).toList();
            Require.positive("wide.crosses.learning-rate", learningRate);
            Require.positive("wide.crosses.initial-accumulator", initialAccumulator);
        }
    }

    /**
     * A factorization machine of the second order (Rendle 2010): a vector for each id; every two ids of an impression add
     * the inner product of theirs to the logit.
     *
     * @param features the features with factors; none: no factorization machine
     * @param dimension width of a vector
     * @param initialScale first values are uniform in (-initialScale, initialScale)
     * @param learningRate of the vectors' AdaGrad
     * @param initialAccumulator where a vector's mean of squared gradients starts
     */
    public record FactorSpec(
            List<String> features, int dimension, float initialScale, float learningRate, float initialAccumulator) {

        public FactorSpec {
            features = Require.noneTwice("wide.factors.features", features);
            Require.within("wide.factors.dimension", dimension, 1, 4096);
            Require.notNegative("wide.factors.initial-scale", initialScale);
            Require.positive("wide.factors.learning-rate", learningRate);
            Require.positive("wide.factors.initial-accumulator", initialAccumulator);
        }

        /** Floats of factors in a row: {@code dimension}, or 0 without a factorization machine. */
        public int width() {
            return features.isEmpty() ? 0 : dimension;
        }
    }
}
