package io.caiman.model.evaluation;

import java.util.OptionalDouble;

/**
 * The sums behind counts, log loss and calibration. Sums of several parts of a stream add up.
 *
 * @param impressions number of scores
 * @param positives number of those with a true label
 * @param scores sum of the scores
 * @param losses sum of the losses, see {@link #loss}
 */
public record QualitySums(long impressions, long positives, double scores, double losses) {

    public static final QualitySums NONE = new QualitySums(0, 0, 0, 0);

    /** Scores nearer to 0 or 1 than this count as this near, so that one certain miss costs 34.5 and not infinity. */
    public static final double CLIP = 1e-15;

    /**
     * The sums of some impressions.
     *
     * @param scores [n], each in [0, 1]
     * @param labels [n]
     */
    public static QualitySums of(double[] scores, boolean[] labels) {
        return ofEncoded(ScoredLabel.encode(scores, labels));
    }

    /** The sums of {@link ScoredLabel}s in any order. */
    public static QualitySums ofEncoded(long... scoredLabels) {
        long positives = 0;
        double scores = 0;
        double losses = 0;
        for (long scoredLabel : scoredLabels) {
            double score = ScoredLabel.score(scoredLabel);
            boolean label = ScoredLabel.label(scoredLabel);
            positives += label ? 1 : 0;
            scores += score;
            losses += loss(score, label);
        }
        return new QualitySums(scoredLabels.length, positives, scores, losses);
    }

    public QualitySums plus(QualitySums other) {
        return new QualitySums(
                impressions + other.impressions,
                positives + other.positives,
                scores + other.scores,
                losses + other.losses);
    }

    /**
     * The loss of one score {@code p}: {@code -ln p} for a positive, {@code -ln(1 - p)} for a negative, with {@code p} clipped
     * to [{@link #CLIP}, 1 - {@link #CLIP}].
     */
    public static double loss(double score, boolean label) {
        return -Math.log(Math.max(label ? score : 1 - score, CLIP));
    }

    /** Mean loss, natural logarithm, 0 or more; empty without impressions. */
    public OptionalDouble logLoss() {
        return impressions == 0 ? OptionalDouble.empty() : OptionalDouble.of(losses / impressions);
    }

    /**
     * Sum of the scores over number of positives: 1 where as many positives came as were predicted, more where fewer came.
     * Empty without positives.
     */
    public OptionalDouble calibration() {
        return positives == 0 ? OptionalDouble.empty() : OptionalDouble.of(scores / positives);
    }
}
