package io.caiman.replay;

import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.synthetic.OracleEvaluation;
import io.caiman.schemas.avro.Impression;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The table of the best possible figures of a log with known probabilities. */
final class OracleTable {

    private OracleTable() {}

    /** Reads the log to its end. */
    static String of(ImpressionSource source) {
        OracleEvaluation evaluation = new OracleEvaluation();
        while (source.hasNext()) {
            if (source.next() instanceof LogEntry.Shown shown
                    && shown.oracleProbability().isPresent()) {
                Impression impression = shown.impression();
                for (Map.Entry<String, Boolean> label : impression.getLabels().entrySet()) {
                    evaluation.add(
                            impression.getDomain(),
                            impression.getUser(),
                            shown.oracleProbability().getAsDouble(),
                            label.getValue());
                }
            }
        }
        return evaluation.figures().stream()
                .map(OracleTable::line)
                .collect(Collectors.joining("", "domain  impressions  positives     AUC    gAUC%n".formatted(), ""));
    }

    private static String line(OracleEvaluation.Figures figures) {
        return String.format(
                Locale.ROOT,
                "%-6s %,12d %,10d %7s %7s%n",
                figures.domain().orElse("all"),
                figures.impressions(),
                figures.positives(),
                text(figures.auc()),
                text(figures.gauc()));
    }

    private static String text(OptionalDouble figure) {
        return figure.isPresent() ? String.format(Locale.ROOT, "%.4f", figure.getAsDouble()) : "-";
    }
}
