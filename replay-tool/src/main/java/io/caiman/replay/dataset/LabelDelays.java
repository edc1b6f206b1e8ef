package io.caiman.replay.dataset;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.openhft.hashing.LongHashFunction;

/**
 * How long after an impression its labels come. Each delay follows from seed, impression and task alone, so every replay has
 * the same ones.
 *
 * @param byTask of the tasks named; a task that is not named has that of all others
 * @param others of all other tasks; absent: their labels come with the impression
 * @param seed of the delays drawn from a distribution
 */
public record LabelDelays(Map<String, Delay> byTask, Optional<Delay> others, long seed) {

    /** The time from an impression to what the user does about it. */
    public sealed interface Delay {

        /** The delay at a share of all delays that are shorter, in [0, 1). */
        Duration at(double quantile);

        /** Always the same. */
        record Fixed(Duration delay) implements Delay {
            public Fixed {
                requireNotNegative(delay);
            }

            @Override
            public Duration at(double quantile) {
                return delay;
            }
        }

        /** Exponentially distributed: many short delays, few long ones. */
        record Exponential(Duration mean) implements Delay {
            public Exponential {
                requireNotNegative(mean);
            }

            @Override
            public Duration at(double quantile) {
                return Duration.ofMillis(Math.round(-Math.log1p(-quantile) * mean.toMillis()));
            }
        }
    }

    private static final Pattern DELAY = Pattern.compile("(?:([^=]+)=)?(exp:)?(\\d+)(ms|s|m|h|d)");
    private static final Map<String, Function<Long, Duration>> UNITS = Map.of(
            "ms", Duration::ofMillis,
            "s", Duration::ofSeconds,
            "m", Duration::ofMinutes,
            "h", Duration::ofHours,
            "d", Duration::ofDays);

    public LabelDelays {
        // Sorted, so that it is the same in words each time.
        byTask = Collections.unmodifiableMap(new TreeMap<>(byTask));
        if (byTask.isEmpty() && others.isEmpty()) {
            throw new IllegalArgumentException("expected a delay of at least one task");
        }
    }

    private static void requireNotNegative(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay: expected 0 or more, got " + delay);
        }
    }

    /**
     * Reads delays: {@code 10m} for all tasks, {@code click=30s}, {@code conversion=exp:1d} for delays of one day on average.
     *
     * @throws IllegalArgumentException if one is not as expected
     */
    public static LabelDelays parse(List<String> delays, long seed) {
        Map<String, Delay> byTask = new TreeMap<>();
        List<Delay> others = new ArrayList<>();
        for (String text : delays) {
            Matcher delay = DELAY.matcher(text.strip());
            if (!delay.matches()) {
                throw new IllegalArgumentException(
                        "expected delays such as 10m, click=30s or conversion=exp:1d (units ms, s, m, h, d), got '%s'"
                                .formatted(text));
            }
            Duration time = duration(delay.group(3), delay.group(4));
            Delay read = delay.group(2) == null ? new Delay.Fixed(time) : new Delay.Exponential(time);
            boolean twice;
            if (delay.group(1) == null) {
                others.add(read);
                twice = others.size() > 1;
            } else {
                twice = byTask.put(delay.group(1), read) != null;
            }
            if (twice) {
                throw new IllegalArgumentException(
                        "expected one delay of each task, got another in '%s'".formatted(text));
            }
        }
        return new LabelDelays(byTask, others.stream().findFirst(), seed);
    }

    /**
     * Reads a time such as {@code 30s}, of units ms, s, m, h and d.
     *
     * @throws IllegalArgumentException if it is not as expected
     */
    public static Duration duration(String text) {
        Matcher time = DELAY.matcher(text.strip());
        if (!time.matches() || time.group(1) != null || time.group(2) != null) {
            throw new IllegalArgumentException("expected a time such as 30s, 10m or 1d, got '%s'".formatted(text));
        }
        return duration(time.group(3), time.group(4));
    }

    private static Duration duration(String number, String unit) {
        Function<Long, Duration> of = UNITS.get(unit);
        try {
            if (of != null) {
                return of.apply(Long.parseLong(number));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "expected a time such as 30s, 10m or 1d, got '%s%s'".formatted(number, unit));
    }

    /** The delay of one label; empty if it comes with its impression. */
    Optional<Duration> delay(String impressionId, String task) {
        Delay own = byTask.get(task);
        return (own == null ? others : Optional.of(own)).map(delay -> delay.at(quantile(impressionId, task)));
    }

    private double quantile(String impressionId, String task) {
        long hash = LongHashFunction.xx3(seed).hashChars(task + '\n' + impressionId);
        return (hash >>> 11) * 0x1p-53;
    }
}
