package io.caiman.replay.dataset;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/**
 * A stretch of event time.
 *
 * @param from its beginning, which belongs to it
 * @param until its end, which does not
 */
public record EventTimeRange(Instant from, Instant until) {

    /** All of it. */
    public static final EventTimeRange ALL = new EventTimeRange(Instant.MIN, Instant.MAX);

    public EventTimeRange {
        if (!from.isBefore(until)) {
            throw new DatasetException(
                    "--from is %s and --until %s: expected a time before --until, which does not belong to the range"
                            .formatted(from, until));
        }
    }

    /**
     * Reads a time: {@code 2022-04-08T12:00:00Z}, or {@code 2022-04-08} for the beginning of that day in UTC.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Instant time(String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "expected a day such as 2022-04-08 or a time such as 2022-04-08T12:00:00Z, got '%s'"
                            .formatted(text),
                    e);
        }
    }

    /** Whether an event time, in milliseconds since the epoch, lies in it. */
    boolean contains(long eventTimeMs) {
        return eventTimeMs >= fromMs() && eventTimeMs < untilMs();
    }

    /** The beginning in milliseconds since the epoch; the smallest number if it has none. */
    long fromMs() {
        return from.equals(Instant.MIN) ? Long.MIN_VALUE : ceilingMs(from);
    }

    /** The end in milliseconds since the epoch; the largest number if it has none. */
    long untilMs() {
        return until.equals(Instant.MAX) ? Long.MAX_VALUE : ceilingMs(until);
    }

    private static long ceilingMs(Instant time) {
        long floor = time.toEpochMilli();
        return Instant.ofEpochMilli(floor).equals(time) ? floor : floor + 1;
    }

    boolean isAll() {
        return equals(ALL);
    }

    @Override
    public String toString() {
        return isAll() ? "all" : from + " to " + until;
    }
}
