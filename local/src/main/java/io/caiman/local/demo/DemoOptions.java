package io.caiman.local.demo;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.LeastEvidence;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.replay.Pace;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a run is and how it goes.
 *
 * @param dataset the log
 * @param log which part of it
 * @param specs the models, at least one; all others are compared with the first
 * @param metrics how its predictions are measured
 * @param rate impressions a second at most
 * @param device where the network computes
 * @param report where to write the figures as JSON
 * @param predictions where to write the predictions as CSV
 * @param exitWhenDone whether to end once all is done, or to keep the dashboard up until interrupted
 * @param dashboardPort 0: any free one
 * @param flinkPort 0: any free one
 */
record DemoOptions(
        Dataset dataset,
        DatasetOptions log,
        List<ModelSpec> specs,
        MetricsOptions metrics,
        Pace rate,
        ComputeDevice device,
        Optional<Path> report,
        Optional<Path> predictions,
        boolean exitWhenDone,
        int dashboardPort,
        int flinkPort) {

    /** Two days of most logs, some months of MovieLens. */
    private static final int STEPS_IN_WINDOW = 8;

    DemoOptions {
        specs = List.copyOf(specs);
        metrics = specs.size() == 1
                ? metrics
                : metrics.waitingFor(specs.stream().map(ModelSpec::name).toList());
    }

    /** The first model. */
    ModelSpec baseline() {
        return specs.get(0);
    }

    /** How the others are compared with the first; empty where there are none. */
    Optional<LeaderboardOptions> leaderboard() {
        return specs.size() == 1
                ? Optional.empty()
                : Optional.of(new LeaderboardOptions(
                        baseline().name(),
                        metrics.pane(),
                        List.of(metrics.pane().multipliedBy(STEPS_IN_WINDOW)),
                        // However far one model is behind, windows and pairs wait for it.
                        metrics.pane(),
                        metrics.watermarks(),
                        // What is published shows at the next checkpoint, no sooner.
                        DemoJobs.CHECKPOINT_INTERVAL,
                        DemoJobs.CHECKPOINT_INTERVAL.multipliedBy(2),
                        // A run is over when every pair is compared.
                        Integer.MAX_VALUE,
                        LeaderboardOptions.MOST_PAIRS.defaultValue(),
                        new LeastEvidence(
                                LeaderboardOptions.LEAST_POSITIVES.defaultValue(),
                                LeaderboardOptions.LEAST_NEGATIVES.defaultValue(),
                                LeaderboardOptions.LEAST_USERS.defaultValue())));
    }

    /** All that decides the run's outcome, in words: another run must not go on from its state. */
    String identity() {
        return """
                dataset: %s
                data: %s
                limit: %s
                domains: %s
                event time: %s
                of it: %s
                metrics: %s
                model: %s
                """.formatted(
                        dataset.cliName(),
                        log.data()
                                .map(path -> path.toAbsolutePath().normalize().toString())
                                .orElse("generated"),
                        log.limit(),
                        log.domains().stream().sorted().toList(),
                        log.range(),
                        dataset.ownOptions(log),
                        metrics,
                        specs.stream().map(ModelSpec::toString).collect(Collectors.joining("\nmodel: ")));
    }
}
