package io.caiman.jobs.connect;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What the jobs of this JVM write to their log while this is open. */
public final class LogLines extends AbstractAppender implements AutoCloseable {

    private static final String LOGGER = "io.caiman.jobs";

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final LoggerContext context = LoggerContext.getContext(false);

    private LogLines() {
        super("lines of a test", null, null, false, Property.EMPTY_ARRAY);
    }

    public static LogLines open() {
        LogLines lines = new LogLines();
        lines.start();
        Configurator.setLevel(LOGGER, Level.INFO);
        lines.logger().addAppender(lines, Level.INFO, null);
        lines.context.updateLoggers();
        return lines;
    }

    private LoggerConfig logger() {
        return context.getConfiguration().getLoggerConfig(LOGGER);
    }

    @Override
    public void append(LogEvent event) {
        lines.add(event.getMessage().getFormattedMessage());
    }

    /** Those of an event. */
    public List<String> of(String event) {
        return lines.stream()
                .filter(line -> line.startsWith("event=" + event + " "))
                .toList();
    }

    @Override
    public void close() {
        logger().removeAppender(getName());
        Configurator.setLevel(LOGGER, Level.WARN);
        stop();
    }
}
