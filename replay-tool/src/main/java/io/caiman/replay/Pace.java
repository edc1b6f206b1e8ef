package io.caiman.replay;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast impressions are sent. */
public sealed interface Pace {

    /** As fast as the brokers take them. */
    Pace MAX = new PerSecond(Double.POSITIVE_INFINITY);

    /**
     * At most so many impressions a second.
     *
     * @param impressions more than 0; infinite: as many as possible
     */
    record PerSecond(double impressions) implements Pace {
        public PerSecond {
            if (!(impressions > 0)) {
                throw new IllegalArgumentException("expected a number above 0, or max, got " + impressions);
            }
        }

        @Override
        public String toString() {
            return impressions == Double.POSITIVE_INFINITY ? "max" : impressions + "/s";
        }
    }

    /**
     * As they were shown, with time running faster or slower.
     *
     * @param times event time for one unit of time, such as 60 for an hour a minute; more than 0 and finite
     */
    record EventTime(double times) implements Pace {
        public EventTime {
            if (!(times > 0 && times < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("expected a number above 0 and an x, such as 60x, got " + times);
            }
        }

        @Override
        public String toString() {
            return times + "x";
        }
    }

    /** Reads {@code max} or a number of impressions a second. */
    static Pace perSecond(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        try {
            return new PerSecond(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number above 0, or max, got '%s'".formatted(text), e);
        }
    }

    /** Reads a speed of event time, such as {@code 60x}. */
    static Pace eventTime(String text) {
        Matcher times = Pattern.compile("(\\d+(?:\\.\\d+)?)x").matcher(text);
        if (!times.matches()) {
            throw new IllegalArgumentException(
                    "expected a number above 0 and an x, such as 60x, got '%s'".formatted(text));
        }
        return new EventTime(Double.parseDouble(times.group(1)));
    }
}
