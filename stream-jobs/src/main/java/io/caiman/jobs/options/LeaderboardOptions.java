package io.caiman.jobs.options;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How models are compared with one of them.
 *
 * @param baseline name of the model that every other is compared with
 * @param step rolling comparisons come at every multiple of it in event time
 * @param windows the stretches of event time that rolling comparisons are over, each a whole number of steps
 * @param patience how much event time may pass between an impression and the last of its predictions; what comes later is not
 *     compared
 * @param watermarks when the end of a step has come; the models to wait for, if any are named, have the baseline among them
 * @param refresh least processing time between two cumulative comparisons of the same thing
 * @param revision least processing time between two revisions of a window that late predictions changed
 * @param mostWaiting predictions that wait for those of other models at most, 128 or more; what comes when so many do is paired
 *     with what is there and not kept
 * @param mostPairs impressions that a comparison is over at most; of more, a sample of so many
 * @param least what there must be before a difference is told
 */
public record LeaderboardOptions(
        String baseline,
        Duration step,
        List<Duration> windows,
        Duration patience,
        WatermarkOptions watermarks,
        Duration refresh,
        Duration revision,
        int mostWaiting,
        int mostPairs,
        LeastEvidence least) {

    public static final ConfigOption<String> BASELINE = ConfigOptions.key("caiman.leaderboard.baseline")
            .stringType()
            .noDefaultValue()
            .withDescription(
                    "Name of the model that all others are compared with; without one there is no leaderboard.");

    public static final ConfigOption<Duration> STEP = ConfigOptions.key("caiman.leaderboard.step")
            .durationType()
            .defaultValue(Duration.ofHours(1))
            .withDescription("Event time between two rolling comparisons.");

    public static final ConfigOption<String> WINDOWS = ConfigOptions.key("caiman.leaderboard.windows")
            .stringType()
            .defaultValue("1h,24h")
            .withDescription(
                    "Stretches of event time that rolling comparisons are over, each a whole number of steps.");

    public static final ConfigOption<Duration> PATIENCE = ConfigOptions.key("caiman.leaderboard.patience")
            .durationType()
            .defaultValue(Duration.ofHours(1))
            .withDescription("How long, in event time, an impression's prediction waits for those of other models.");

    public static final ConfigOption<Duration> REFRESH = ConfigOptions.key("caiman.leaderboard.refresh-interval")
            .durationType()
            .defaultValue(Duration.ofSeconds(10))
            .withDescription("Least time between two updates of a cumulative comparison.");

    public static final ConfigOption<Duration> REVISION = ConfigOptions.key("caiman.leaderboard.revision-interval")
            .durationType()
            .defaultValue(Duration.ofMinutes(1))
            .withDescription("Least time between two revisions of a window that late predictions changed.");

    public static final ConfigOption<Integer> MOST_WAITING = ConfigOptions.key("caiman.leaderboard.most-waiting")
            .intType()
            .defaultValue(8_000_000)
            .withDescription("Predictions that wait for those of other models at most, 32 to 80 bytes of memory each.");

    public static final ConfigOption<Integer> MOST_PAIRS = ConfigOptions.key("caiman.leaderboard.most-pairs")
            .intType()
            .defaultValue(200_000)
            .withDescription("Impressions that a comparison is over at most; of more, a uniform sample of so many.");

    public static final ConfigOption<Integer> LEAST_POSITIVES = ConfigOptions.key("caiman.leaderboard.least-positives")
            .intType()
            .defaultValue(100)
            .withDescription("With fewer positives no difference is told.");

    public static final ConfigOption<Integer> LEAST_NEGATIVES = ConfigOptions.key("caiman.leaderboard.least-negatives")
            .intType()
            .defaultValue(100)
            .withDescription("With fewer negatives no difference is told.");

    public static final ConfigOption<Integer> LEAST_USERS = ConfigOptions.key("caiman.leaderboard.least-users")
            .intType()
            .defaultValue(30)
            .withDescription("With fewer users no difference is told.");

    private static final Duration LONGEST_PATIENCE = Duration.ofDays(36_500);
    private static final int MOST_STEPS = 1_000;

    /** One in each bucket. */
    private static final int LEAST_WAITING = 128;

    public LeaderboardOptions {
        windows = List.copyOf(windows);
        if (baseline.isBlank()) {
            throw new InvalidOptionException(
                    BASELINE, baseline, "the name of a model", "write the 'name' of its spec, or leave it out");
        }
        if (!watermarks.models().isEmpty() && !watermarks.models().contains(baseline)) {
            throw new InvalidOptionException(
                    WatermarkOptions.MODELS,
                    String.join(",", watermarks.models()),
                    "the baseline %s among them".formatted(baseline),
                    "add it: without it there is nothing to compare with");
        }
        if (windows.isEmpty()) {
            throw new InvalidOptionException(
                    WINDOWS, windows, "at least one length of time", "leave it out for the default");
        }
        for (Duration window : windows) {
            long steps = window.toMillis() / step.toMillis();
            if (window.toMillis() % step.toMillis() != 0 || steps < 1 || steps > MOST_STEPS) {
                throw new InvalidOptionException(
                        WINDOWS,
                        window,
                        "1 to %d times %s (%s)".formatted(MOST_STEPS, STEP.key(), step),
                        "change one of the two");
            }
        }
        if (patience.compareTo(LONGEST_PATIENCE) > 0) {
            throw new InvalidOptionException(
                    PATIENCE, patience, "at most " + LONGEST_PATIENCE, "choose a shorter one: all that waits is kept");
        }
        if (mostWaiting < LEAST_WAITING) {
            throw new InvalidOptionException(
                    MOST_WAITING,
                    mostWaiting,
                    "at least " + LEAST_WAITING,
                    "leave it out for the default, " + MOST_WAITING.defaultValue());
        }
        if (mostPairs < 1) {
            throw new InvalidOptionException(
                    MOST_PAIRS, mostPairs, "at least 1", "leave it out for the default, " + MOST_PAIRS.defaultValue());
        }
    }

    /**
     * The options of a configuration; empty where it names no baseline.
     *
     * @throws IllegalArgumentException if one cannot be used
     */
    public static Optional<LeaderboardOptions> from(ReadableConfig configuration) {
        OptionReader reader = new OptionReader(configuration);
        return reader.optionalText(BASELINE)
                .map(baseline -> new LeaderboardOptions(
                        baseline,
                        reader.positive(STEP),
                        reader.durations(WINDOWS),
                        reader.atLeastNothing(PATIENCE),
                        WatermarkOptions.from(configuration),
                        reader.positive(REFRESH),
                        reader.positive(REVISION),
                        reader.number(MOST_WAITING),
                        reader.number(MOST_PAIRS),
                        new LeastEvidence(
                                reader.number(LEAST_POSITIVES, LeastEvidence.LEAST),
                                reader.number(LEAST_NEGATIVES, LeastEvidence.LEAST),
                                reader.number(LEAST_USERS, LeastEvidence.LEAST))));
    }
}
