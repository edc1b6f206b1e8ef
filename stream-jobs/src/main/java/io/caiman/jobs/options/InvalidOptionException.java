package io.caiman.jobs.options;

import org.apache.flink.configuration.ConfigOption;

/** An option that cannot be used; the message names it, its value, what was expected and what to do. */
public final class InvalidOptionException extends IllegalArgumentException {

    public InvalidOptionException(ConfigOption<?> option, Object value, String expected, String remedy) {
        super("%s = %s: expected %s; %s".formatted(option.key(), value, expected, remedy));
    }
}
