package io.caiman.jobs.options;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;

/** Reads options from a configuration and says clearly what is wrong with those that cannot be used. */
final class OptionReader {

    private final ReadableConfig configuration;

    OptionReader(ReadableConfig configuration) {
        this.configuration = configuration;
    }

    String text(ConfigOption<String> option) {
        return configuration.get(option);
    }

    Optional<String> optionalText(ConfigOption<String> option) {
        return configuration.getOptional(option);
    }

    /** A length of time of at least one millisecond. */
    Duration positive(ConfigOption<Duration> option) {
        Duration value = duration(option);
        if (value.toMillis() <= 0) {
            throw new InvalidOptionException(
                    option, value, "more than 0", "leave it out for the default, " + option.defaultValue());
        }
        return value;
    }

    /** A length of time that may be nothing. */
    Duration atLeastNothing(ConfigOption<Duration> option) {
        Duration value = duration(option);
        if (value.isNegative()) {
            throw new InvalidOptionException(
                    option, value, "0 or more", "leave it out for the default, " + option.defaultValue());
        }
        return value;
    }

    Optional<Duration> optionalDuration(ConfigOption<Duration> option) {
        return given(option).isEmpty() ? Optional.empty() : Optional.of(duration(option));
    }

    /** A length of time of at least one millisecond, if there is one. */
    Optional<Duration> optionalPositive(ConfigOption<Duration> option) {
        Optional<Duration> value = optionalDuration(option);
        if (value.isPresent() && value.get().toMillis() <= 0) {
            throw new InvalidOptionException(
                    option, given(option), "a length of time of 1 ms or more", "choose a longer one, or leave it out");
        }
        return value;
    }

    /** Lengths of time, separated by commas. */
    List<Duration> durations(ConfigOption<String> option) {
        return parts(option).map(part -> duration(option, part)).toList();
    }

    /** Whole numbers, separated by commas. */
    List<Integer> numbers(ConfigOption<String> option) {
        return parts(option).map(part -> number(option, part)).toList();
    }

    /** Texts, separated by commas; none where there is nothing. */
    List<String> texts(ConfigOption<String> option) {
        return parts(option).toList();
    }

    int number(ConfigOption<Integer> option) {
        try {
            return configuration.get(option);
        } catch (IllegalArgumentException e) {
            return number(option, given(option));
        }
    }

    /** A whole number that is not below the least. */
    int number(ConfigOption<Integer> option, int least) {
        int value = number(option);
        if (value < least) {
            throw new InvalidOptionException(
                    option, value, "at least " + least, "leave it out for the default, " + option.defaultValue());
        }
        return value;
    }

    /** A size of at least so many bytes. */
    long bytes(ConfigOption<MemorySize> option, long least) {
        long bytes;
        try {
            bytes = configuration.get(option).getBytes();
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException(
                    option, given(option), "a size", "write a number and a unit, such as 512 mb or 2 gb");
        }
        if (bytes < least) {
            throw new InvalidOptionException(
                    option,
                    given(option),
                    "at least " + least,
                    "leave it out for the default, " + option.defaultValue());
        }
        return bytes;
    }

    private Stream<String> parts(ConfigOption<String> option) {
        return Arrays.stream(configuration.get(option).split(","))
                .map(String::trim)
                .filter(part -> !part.isEmpty());
    }

    private static int number(ConfigOption<?> option, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new InvalidOptionException(option, text, "a whole number", "write digits only, such as 100000");
        }
    }

    private static Duration duration(ConfigOption<?> option, String text) {
        try {
            return countable(TimeUtils.parseDuration(text));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidOptionException(
                    option, text, "a length of time", "write a number and a unit, such as 500 ms, 30 s, 5 min or 1 h");
        }
    }

    /** The same, if its milliseconds can be counted. */
    private static Duration countable(Duration value) {
        Duration unused = Duration.ofMillis(value.toMillis());
        return value;
    }

    private String given(ConfigOption<?> option) {
        return configuration
                .getOptional(ConfigOptions.key(option.key()).stringType().noDefaultValue())
                .orElse("");
    }

    private Duration duration(ConfigOption<Duration> option) {
        try {
            return countable(configuration.get(option));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return duration(option, given(option));
        }
    }
}
