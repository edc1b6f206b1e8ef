package io.caiman.dashboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The AUC of the latest window beside that of up to {@value #MOST_WINDOWS} windows before it which share no time with it or
 * each other.
 *
 * <p>The standard error is that of Hanley and McNeil (1982, Radiology 143, Eq. 1), which takes impressions as independent;
 * as those of one user are not, it is a little low. A verdict therefore needs {@value #STANDARD_ERRORS} of them, and a
 * change of at least {@value #LEAST_CHANGE}.
 *
 * @param before mean AUC of the windows before
 * @param change the latest AUC less that
 * @param standardError of the change
 * @param windows how many windows before
 */
record Trend(double before, double change, double standardError, int windows, Verdict verdict) {

    /** Where the domain is going. */
    enum Verdict {
        WORSE,
        STEADY,
        BETTER
    }

    static final int MOST_WINDOWS = 12;
    static final int STANDARD_ERRORS = 3;
    static final double LEAST_CHANGE = 0.005;

    /** A window with fewer positives or negatives says too little. */
    static final int LEAST_OF_EACH = 20;

    /**
     * The trend of a curve of rolling windows, which are all as long as the latest; empty where the latest, or all before it, say too little.
     *
     * @param curve in order of time
     * @param latest the curve's last window
     */
    static Optional<Trend> of(List<Point> curve, Figures latest) {
        Point now = latest.point(0);
        if (!tells(now)) {
            return Optional.empty();
        }
        List<Point> before = before(curve, latest);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        double mean = 0;
        double varianceOfMean = 0;
        for (Point point : before) {
            mean += point.auc().orElseThrow() / before.size();
            varianceOfMean += variance(point) / ((double) before.size() * before.size());
        }
        double change = now.auc().orElseThrow() - mean;
        double error = Math.sqrt(variance(now) + varianceOfMean);
        return Optional.of(new Trend(mean, change, error, before.size(), verdict(change, error)));
    }

    private static Verdict verdict(double change, double error) {
        if (Math.abs(change) < Math.max(LEAST_CHANGE, STANDARD_ERRORS * error)) {
            return Verdict.STEADY;
        }
        return change < 0 ? Verdict.WORSE : Verdict.BETTER;
    }

    /** The latest windows that end where a later one begins, or earlier. */
    private static List<Point> before(List<Point> curve, Figures latest) {
        long length = Math.max(1, latest.endMs() - latest.startMs());
        long free = latest.startMs();
        List<Point> before = new ArrayList<>();
        for (int i = curve.size() - 1; i >= 0 && before.size() < MOST_WINDOWS; i--) {
            Point point = curve.get(i);
            if (point.time() <= free && tells(point)) {
                before.add(point);
                free = point.time() - length;
            }
        }
        return before;
    }

    private static boolean tells(Point point) {
        return point.auc().isPresent()
                && point.positives() >= LEAST_OF_EACH
                && point.impressions() - point.positives() >= LEAST_OF_EACH;
    }

    private static double variance(Point point) {
        return variance(point.auc().orElseThrow(), point.positives(), point.impressions() - point.positives());
    }

    /** Hanley and McNeil's variance of an AUC; an AUC of 0 or 1, whose own would be 0, is taken as slightly inside. */
    static double variance(double auc, long positives, long negatives) {
        double margin = 1.0 / (positives + negatives);
        double a = Math.min(1 - margin, Math.max(margin, auc));
        double q1 = a / (2 - a);
        double q2 = 2 * a * a / (1 + a);
        return (a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a))
                / ((double) positives * negatives);
    }
}
