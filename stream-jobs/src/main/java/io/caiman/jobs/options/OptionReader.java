package io.caiman.jobs.options;

import java.time.Duration;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

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

    private Duration duration(ConfigOption<Duration> option) {
        try {
            return configuration.get(option);
        } catch (IllegalArgumentException | ArithmeticException e) {
            String value = configuration
                    .getOptional(ConfigOptions.key(option.key()).stringType().noDefaultValue())
                    .orElse("");
            throw new InvalidOptionException(
                    option, value, "a length of time", "write a number and a unit, such as 500 ms, 30 s, 5 min or 1 h");
        }
    }
}
