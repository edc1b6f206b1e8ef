package io.caiman.faults;

import io.caiman.schemas.avro.Prediction;
import java.util.List;

/**
 * The AUC of a window of predictions, with how much chance has a part in it (DeLong, DeLong and Clarke-Pearson 1988), by
 * definition: every positive beside every negative.
 *
 * @param auc undefined, and not asked for, without a positive and a negative
 * @param squaredError variance of {@code auc}, impressions taken as independent
 */
record EstimatedAuc(double auc, double squaredError) {

    static EstimatedAuc of(List<Prediction> window) {
        double[] positives = scores(window, true);
        double[] negatives = scores(window, false);
        double[] above = new double[positives.length];
        double[] below = new double[negatives.length];
        for (int i = 0; i < positives.length; i++) {
            for (int j = 0; j < negatives.length; j++) {
                double won = positives[i] > negatives[j] ? 1 : positives[i] == negatives[j] ? 0.5 : 0;
                above[i] += won / negatives.length;
                below[j] += won / positives.length;
            }
        }
        double auc = mean(above);
        return new EstimatedAuc(auc, variance(above, auc) / above.length + variance(below, auc) / below.length);
    }

    /** By how many standard errors of their difference this one is above another, of other impressions. */
    double standardErrorsAbove(EstimatedAuc other) {
        return (auc - other.auc) / Math.sqrt(squaredError + other.squaredError);
    }

    private static double[] scores(List<Prediction> window, boolean label) {
        return window.stream()
                .filter(prediction -> prediction.getLabel() == label)
                .mapToDouble(Prediction::getScore)
                .toArray();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values, double mean) {
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }

    @Override
    public String toString() {
        return "%.4f (standard error %.4f)".formatted(auc, Math.sqrt(squaredError));
    }
}
