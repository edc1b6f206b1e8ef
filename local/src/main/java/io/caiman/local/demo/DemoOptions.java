package io.caiman.local.demo;

import io.caiman.jobs.options.MetricsOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.replay.Pace;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is and how it goes.
 *
 * @param dataset the log
 * @param log which part of it
 * @param spec the model
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
        ModelSpec spec,
        MetricsOptions metrics,
        Pace rate,
        ComputeDevice device,
        Optional<Path> report,
        Optional<Path> predictions,
        boolean exitWhenDone,
        int dashboardPort,
        int flinkPort) {

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
                        spec);
    }
}
