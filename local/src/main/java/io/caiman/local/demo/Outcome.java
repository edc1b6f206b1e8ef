package io.caiman.local.demo;

import io.caiman.local.demo.Report.LastQuarter;
import io.caiman.local.demo.Report.Oracle;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Prediction;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is computed once a run is over, from its predictions: the CSV, and where the log's truth is known, the best
 * possible figures and those of the last quarter; of the first model where there are several.
 *
 * @param oracle over the whole log
 * @param lastQuarter of the first model's predictions
 */
record Outcome(Optional<Oracle> oracle, Optional<LastQuarter> lastQuarter) {

    /** Reads all predictions, writes them where the options say, and compares with the truth where there is one. */
    static Outcome read(String bootstrapServers, Topics topics, DemoOptions options) throws IOException {
        Map<String, Truth> truths = truths(options);
        Comparison comparison = new Comparison(truths, options.baseline().name());
        try (TopicReader<Prediction> predictions =
                new TopicReader<>(bootstrapServers, topics.predictions(), Prediction.class)) {
            if (options.predictions().isPresent()) {
                try (PredictionsFile file =
                        new PredictionsFile(options.predictions().get())) {
                    predictions.readNew(prediction -> {
                        file.accept(prediction);
                        comparison.accept(prediction);
                    });
                }
            } else if (!truths.isEmpty()) {
                predictions.readNew(comparison::accept);
            }
        }
        return truths.isEmpty() ? new Outcome(Optional.empty(), Optional.empty()) : comparison.outcome(options);
    }

    /** Place in the log and probability of each impression whose truth is known, by id. */
    private static Map<String, Truth> truths(DemoOptions options) {
        if (!options.dataset().knowsTruth()) {
            return Map.of();
        }
        Map<String, Truth> truths = new HashMap<>();
        try (ImpressionSource log = options.dataset().open(options.log())) {
            while (log.hasNext()) {
                if (log.next() instanceof LogEntry.Shown shown) {
                    truths.put(
                            shown.impression().getId(),
                            new Truth(truths.size(), shown.oracleProbability().orElseThrow()));
                }
            }
        }
        return truths;
    }

    private record Truth(int place, double probability) {}

    /** Collects one model's predictions beside the truth. */
    private static final class Comparison {

        private final Map<String, Truth> truths;
        private final String model;
        private final Quality oracle = new Quality();
        private final Quality lateOracle = new Quality();
        private final Quality late = new Quality();

        Comparison(Map<String, Truth> truths, String model) {
            this.truths = truths;
            this.model = model;
        }

        void accept(Prediction prediction) {
            Truth truth = truths.get(prediction.getImpressionId());
            if (truth == null || !prediction.getModel().equals(model)) {
                return;
            }
            add(oracle, prediction, truth.probability());
            if (truth.place() >= truths.size() / 4 * 3) {
                add(lateOracle, prediction, truth.probability());
                add(late, prediction, prediction.getScore());
            }
        }

        private static void add(Quality quality, Prediction prediction, double score) {
            quality.add(prediction.getDomain(), prediction.getUser(), score, prediction.getLabel());
        }

        Outcome outcome(DemoOptions options) {
            Set<String> names = new LinkedHashSet<>(options.baseline().domains());
            names.addAll(oracle.domainNames());
            List<String> domains = List.copyOf(names);
            return new Outcome(
                    Optional.of(new Oracle(oracle.overall(), oracle.domains(domains))),
                    Optional.of(new LastQuarter(
                            late.overall(),
                            late.domains(domains),
                            new Oracle(lateOracle.overall(), lateOracle.domains(domains)))));
        }
    }
}
