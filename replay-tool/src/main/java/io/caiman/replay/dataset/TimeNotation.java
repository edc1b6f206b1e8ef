package io.caiman.replay.dataset;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How a column of a log writes event time. */
enum TimeNotation {
    /** Milliseconds since 1970. */
    MS("milliseconds since 1970") {
        @Override
        String write(Instant time) {
            return Long.toString(time.toEpochMilli());
        }

        @Override
        long parse(DelimitedLine line, int column) throws MalformedLineException {
            return (long) Math.floor(line.number(column, expected()));
        }
    },
    /** Seconds since 1970, perhaps with a fraction. */
    S("seconds since 1970") {
        @Override
        String write(Instant time) {
            return BigDecimal.valueOf(time.getEpochSecond())
                    .add(BigDecimal.valueOf(time.getNano(), NANO_DIGITS))
                    .toPlainString();
        }

        @Override
        long parse(DelimitedLine line, int column) throws MalformedLineException {
            return Math.round(line.number(column, expected()) * 1_000);
        }
    },
    /** Microseconds since 1970; what is below a millisecond is dropped. */
    US("microseconds since 1970") {
        @Override
        String write(Instant time) {
            return Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, time));
        }

        @Override
        long parse(DelimitedLine line, int column) throws MalformedLineException {
            return (long) Math.floor(line.number(column, expected()) / 1_000);
        }
    },
    /** A day, or a day and time with T or a space between; without an offset it is UTC. */
    ISO8601("a time such as 2024-01-01T12:00:00Z") {
        @Override
        String write(Instant time) {
            return time.toString();
        }

        @Override
        long parse(DelimitedLine line, int column) throws MalformedLineException {
            String text = line.text(column);
            try {
                return iso(text.endsWith(" UTC") ? text.substring(0, text.length() - 4) : text);
            } catch (DateTimeParseException | ArithmeticException e) {
                throw line.malformed(column, expected());
            }
        }
    };

    private static final int DAY_CHARACTERS = 10;
    private static final int NANO_DIGITS = 9;
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HH", "Z")
            .optionalEnd()
            .toFormatter(Locale.ROOT);

    private final String expected;

    TimeNotation(String expected) {
        this.expected = expected;
    }

    /** The name in a layout file. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    String expected() {
        return expected;
    }

    /**
     * The field of a column as milliseconds since the epoch.
     *
     * @throws MalformedLineException if it is no time, or one that the sort by event time cannot hold
     */
    final long ms(DelimitedLine line, int column) throws MalformedLineException {
        long ms = parse(line, column);
        if (ms < 1 || ms >= EventTimeSorter.TIME_BOUND) {
            throw line.malformed(column, expected);
        }
        return ms;
    }

    /** A time in this notation, as {@link #ms} reads it. */
    abstract String write(Instant time);

    abstract long parse(DelimitedLine line, int column) throws MalformedLineException;

    private static long iso(String text) {
        if (text.length() == DAY_CHARACTERS) {
            return LocalDate.parse(text)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toEpochMilli();
        }
        String joined = text.length() > DAY_CHARACTERS && text.charAt(DAY_CHARACTERS) == ' '
                ? text.substring(0, DAY_CHARACTERS) + 'T' + text.substring(DAY_CHARACTERS + 1)
                : text;
        return TIME.parseBest(joined, OffsetDateTime::from, LocalDateTime::from) instanceof OffsetDateTime time
                ? time.toInstant().toEpochMilli()
                : LocalDateTime.parse(joined, TIME).toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}
