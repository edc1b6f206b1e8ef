package io.caiman.jobs.options;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How the metrics job cuts the stream of predictions.
 *
 * @param pane rolling figures come at the end of every pane of event time; panes are aligned to the epoch
 * @param window the stretch of event time that rolling figures are over, a whole number of panes
 * @param outOfOrderness how much later than a younger prediction an older one may come and still be in all its windows
 * @param refresh the least processing time between two cumulative figures of the same thing
 * @param idleness a partition without predictions for that long no longer holds the others' windows back
 */
public record MetricsOptions(
        Duration pane, Duration window, Duration outOfOrderness, Duration refresh, Duration idleness) {

    public static final ConfigOption<Duration> PANE = ConfigOptions.key("caiman.metrics.pane")
            .durationType()
            .defaultValue(Duration.ofMinutes(5))
            .withDescription("Event time between two rolling figures of the same domain.");

    public static final ConfigOption<Duration> WINDOW = ConfigOptions.key("caiman.metrics.window")
            .durationType()
            .defaultValue(Duration.ofHours(1))
            .withDescription("Event time that a rolling figure is over, a whole number of panes.");

    public static final ConfigOption<Duration> OUT_OF_ORDERNESS = ConfigOptions.key("caiman.metrics.out-of-orderness")
            .durationType()
            .defaultValue(Duration.ofSeconds(30))
            .withDescription("How long rolling figures wait, in event time, for predictions that come out of order.");

    public static final ConfigOption<Duration> REFRESH = ConfigOptions.key("caiman.metrics.refresh-interval")
            .durationType()
            .defaultValue(Duration.ofSeconds(1))
            .withDescription("Least time between two updates of a cumulative figure.");

    public static final ConfigOption<Duration> IDLENESS = ConfigOptions.key("caiman.metrics.idleness")
            .durationType()
            .defaultValue(Duration.ofSeconds(30))
            .withDescription("A partition without predictions for that long does not hold back the windows.");

    private static final long MOST_PANES = 10_000;

    public MetricsOptions {
        long paneMs = pane.toMillis();
        long windowMs = window.toMillis();
        if (paneMs <= 0) {
            throw new InvalidOptionException(PANE, pane, "at least 1 ms", "choose a longer pane");
        }
        if (windowMs < paneMs || windowMs % paneMs != 0 || windowMs / paneMs > MOST_PANES) {
            throw new InvalidOptionException(
                    WINDOW,
                    window,
                    "1 to %d times %s (%s)".formatted(MOST_PANES, PANE.key(), pane),
                    "change one of the two, for example to a window of "
                            + pane.multipliedBy(Math.max(1, Math.min(MOST_PANES, windowMs / paneMs))));
        }
    }

    /**
     * The options of a configuration.
     *
     * @throws InvalidOptionException if one cannot be used
     */
    public static MetricsOptions from(ReadableConfig configuration) {
        OptionReader reader = new OptionReader(configuration);
        return new MetricsOptions(
                reader.positive(PANE),
                reader.positive(WINDOW),
                reader.atLeastNothing(OUT_OF_ORDERNESS),
                reader.positive(REFRESH),
                reader.positive(IDLENESS));
    }
}
