package io.caiman.jobs.alerts;

import java.io.Serializable;
import java.time.Duration;

/** Something that people want to be told of. */
public sealed interface AlertRule extends Serializable {

    /** What it is called in alerts; no two rules share it. */
    String name();

    /** How long it has to hold, and to be over. */
    Patience patience();

    /**
     * How often in a row a rule has to hold before it is told of, and to be over before that is.
     *
     * @param raiseAfter evaluations, 1 or more
     * @param clearAfter evaluations, 1 or more
     */
    record Patience(int raiseAfter, int clearAfter) implements Serializable {
        public Patience {
            if (raiseAfter < 1 || clearAfter < 1) {
                throw new IllegalArgumentException("raise-after and clear-after: expected 1 or more, got %d and %d"
                        .formatted(raiseAfter, clearAfter));
            }
        }
    }

    /** A rule about one window. */
    sealed interface OfWindow extends AlertRule {

        /** Name of the window, such as 1h. */
        String window();
    }

    /** A rule about the rolling figures of one window. */
    sealed interface OfFigures extends OfWindow {

        /** Impressions that a window needs to be looked at, 0 or more. */
        long leastImpressions();

        private static void checkLeastImpressions(long leastImpressions) {
            if (leastImpressions < 0) {
                throw new IllegalArgumentException("least-impressions: expected 0 or more, got " + leastImpressions);
            }
        }
    }

    /**
     * A domain's AUC is lower than in the window that ended a day before.
     *
     * @param by how much at least; it is over when the drop is less than {@link #OVER_SHARE} of that
     */
    record AucDrop(String name, Patience patience, String window, long leastImpressions, double by)
            implements OfFigures {
        public AucDrop {
            OfFigures.checkLeastImpressions(leastImpressions);
            if (!(by > 0 && by < 1)) {
                throw new IllegalArgumentException("by: expected a drop of AUC above 0 and below 1, got " + by);
            }
        }
    }

    /**
     * A domain's calibration, the sum of scores over positives, leaves a band around 1.
     *
     * @param low it holds below that; it is over when calibration is back by {@link #OVER_SHARE} of the way to 1
     * @param high it holds above that, and is over likewise
     */
    record CalibrationOutside(
            String name, Patience patience, String window, long leastImpressions, double low, double high)
            implements OfFigures {
        public CalibrationOutside {
            OfFigures.checkLeastImpressions(leastImpressions);
            if (!(low >= 0 && low < 1 && high > 1)) {
                throw new IllegalArgumentException(
                        "low and high: expected a band around 1, such as 0.8 and 1.25, got %s and %s"
                                .formatted(low, high));
            }
        }
    }

    /**
     * No window of a domain has had impressions for some event time, while others go on. Its last impression is longer ago
     * than that, by up to the length of the window.
     *
     * @param after the end of its last window with impressions is that long before the end of the latest window of all domains
     *     together
     */
    record DomainQuiet(String name, Patience patience, String window, Duration after) implements OfWindow {
        public DomainQuiet {
            if (after.isNegative() || after.isZero()) {
                throw new IllegalArgumentException("after: expected more than 0, got " + after);
            }
        }
    }

    /**
     * Records cannot be used faster than some rate, by the clock.
     *
     * @param perMinute it holds above that; it is over below {@link #OVER_SHARE} of it
     */
    record DeadLetterRate(String name, Patience patience, double perMinute) implements AlertRule {
        public DeadLetterRate {
            if (!(perMinute >= 0)) {
                throw new IllegalArgumentException("per-minute: expected 0 or more, got " + perMinute);
            }
        }
    }

    /** A model's own report warns of its health: collapsed embeddings, gates that route nothing, silent experts. */
    record HealthWarning(String name, Patience patience) implements AlertRule {}

    /**
     * A consumer group is behind.
     *
     * @param group the group
     * @param above by more records than that; it is over below {@link #OVER_SHARE} of it
     */
    record ConsumerLag(String name, Patience patience, String group, long above) implements AlertRule {
        public ConsumerLag {
            if (above < 0) {
                throw new IllegalArgumentException("above: expected 0 or more records, got " + above);
            }
        }
    }

    /** A rule is over only when its figure is within that share of its limit. */
    double OVER_SHARE = 0.8;
}
