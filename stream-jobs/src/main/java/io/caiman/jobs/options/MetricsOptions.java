package io.caiman.jobs.options;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How the metrics job cuts the stream of predictions.
 *
 * @param pane rolling figures come at the end of every pane of event time; panes are aligned to the epoch
 * @param windows the stretches of event time that rolling figures are over, each a whole number of panes
 * @param last the numbers of latest impressions that count windows are over; none for no such windows
 * @param watermarks when the end of a pane has come
 * @param lateness how long after its end a window is still corrected; counted in whole panes, rounded up
 * @param history event time that cumulative gAUC is over, at least the longest window and the lateness; empty for everything
 *     so far, for which every score is kept
 * @param refresh the least processing time between two cumulative figures of the same thing
 * @param labels combinations of model, domain and task that have gauges of their own, at most
 */
public record MetricsOptions(
        Duration pane,
        List<Duration> windows,
        List<Integer> last,
        WatermarkOptions watermarks,
        Duration lateness,
        Optional<Duration> history,
        Duration refresh,
        int labels) {

    public static final ConfigOption<Duration> PANE = ConfigOptions.key("caiman.metrics.pane")
            .durationType()
            .defaultValue(Duration.ofMinutes(5))
            .withDescription("Event time between two rolling figures of the same domain.");

    public static final ConfigOption<String> WINDOW = ConfigOptions.key("caiman.metrics.window")
            .stringType()
            .defaultValue("1h")
            .withDescription("Event time that rolling figures are over, each a whole number of panes: 1h,24h.");

    public static final ConfigOption<String> LAST = ConfigOptions.key("caiman.metrics.last")
            .stringType()
            .defaultValue("")
            .withDescription("Numbers of latest impressions that count windows are over, such as 100000. Empty: none.");

    public static final ConfigOption<Duration> LATENESS = ConfigOptions.key("caiman.metrics.allowed-lateness")
            .durationType()
            .defaultValue(Duration.ofMinutes(10))
            .withDescription("How long after its end, in event time, a window is still corrected and published again.");

    public static final ConfigOption<Duration> HISTORY = ConfigOptions.key("caiman.metrics.cumulative-history")
            .durationType()
            .noDefaultValue()
            .withDescription("Event time that cumulative gAUC is over. Not set: everything so far, which keeps about 20"
                    + " bytes of memory for every prediction.");

    public static final ConfigOption<Duration> REFRESH = ConfigOptions.key("caiman.metrics.refresh-interval")
            .durationType()
            .defaultValue(Duration.ofSeconds(1))
            .withDescription(
                    "Least time between two updates of a cumulative figure. With very many domains they take turns.");

    public static final ConfigOption<Integer> LABELS = ConfigOptions.key("caiman.metrics.labels")
            .intType()
            .defaultValue(200)
            .withDescription("Most combinations of model, domain and task that have gauges of their own.");

    /** Read by who makes the rules of it. */
    public static final ConfigOption<String> ALERTS = ConfigOptions.key("caiman.metrics.alerts")
            .stringType()
            .noDefaultValue()
            .withDescription("File of rules, in YAML, of what to tell of on the topic alerts. Not set: no alerts.");

    private static final long MOST_PANES = 10_000;
    private static final int MOST_IMPRESSIONS = 1_000_000;

    public MetricsOptions {
        windows = List.copyOf(windows);
        last = List.copyOf(last);
        if (pane.toMillis() <= 0) {
            throw new InvalidOptionException(PANE, pane, "at least 1 ms", "choose a longer pane");
        }
        if (windows.isEmpty()) {
            throw new InvalidOptionException(WINDOW, "", "at least one window", "leave it out for the default");
        }
        for (Duration window : windows) {
            checkWindow(pane, window);
        }
        for (int impressions : last) {
            if (impressions < 1 || impressions > MOST_IMPRESSIONS) {
                throw new InvalidOptionException(
                        LAST, impressions, "1 to %d".formatted(MOST_IMPRESSIONS), "choose a number in between");
            }
        }
        Duration needed = longest(windows).plus(lateness).plus(pane);
        if (history.isPresent() && history.get().compareTo(needed) < 0) {
            throw new InvalidOptionException(
                    HISTORY,
                    history.get(),
                    "at least the longest window, the lateness and a pane together, " + needed,
                    "leave it out for everything so far");
        }
        if (labels < 0) {
            throw new InvalidOptionException(LABELS, labels, "0 or more", "choose 0 for no gauges");
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
                reader.durations(WINDOW),
                reader.numbers(LAST),
                WatermarkOptions.from(configuration),
                reader.atLeastNothing(LATENESS),
                reader.optionalDuration(HISTORY),
                reader.positive(REFRESH),
                reader.number(LABELS));
    }

    /** The same, but waiting for these models by name. */
    public MetricsOptions waitingFor(List<String> models) {
        return new MetricsOptions(
                pane, windows, last, watermarks.waitingFor(models), lateness, history, refresh, labels);
    }

    private static Duration longest(List<Duration> windows) {
        return windows.stream().max(Duration::compareTo).orElseThrow();
    }

    private static void checkWindow(Duration pane, Duration window) {
        long paneMs = pane.toMillis();
        long windowMs = window.toMillis();
        if (windowMs < paneMs || windowMs % paneMs != 0 || windowMs / paneMs > MOST_PANES) {
            throw new InvalidOptionException(
                    WINDOW,
                    window,
                    "1 to %d times %s (%s)".formatted(MOST_PANES, PANE.key(), pane),
                    "change one of the two, for example to a window of "
                            + pane.multipliedBy(Math.max(1, Math.min(MOST_PANES, windowMs / paneMs))));
        }
    }
}
