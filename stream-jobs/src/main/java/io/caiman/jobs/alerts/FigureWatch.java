package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.DomainMetrics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Looks at one window's figures for one rule. */
final class FigureWatch {

    /** Gives the AUC of the window of the same scope that ended at a time; empty where there is none to compare with. */
    interface Earlier {
        Optional<Double> auc(long endMs) throws Exception;
    }

    static final long DAY_MS = 24L * 3_600_000;

    private FigureWatch() {}

    /** The rules that are about the figures of single windows. */
    static List<AlertRule.OfFigures> rules(List<AlertRule> rules) {
        return rules.stream()
                .filter(AlertRule.OfFigures.class::isInstance)
                .map(AlertRule.OfFigures.class::cast)
                .toList();
    }

    /** What a window shows; empty if it is not the rule's, has too few impressions or nothing to compare with. */
    static Optional<Finding> look(AlertRule.OfFigures rule, DomainMetrics figures, Earlier earlier) throws Exception {
        if (!figures.getWindow().equals(rule.window()) || figures.getImpressions() < rule.leastImpressions()) {
            return Optional.empty();
        }
        if (rule instanceof AlertRule.AucDrop drop) {
            return aucDrop(drop, figures, earlier);
        }
        return calibration((AlertRule.CalibrationOutside) rule, figures);
    }

    private static Optional<Finding> aucDrop(AlertRule.AucDrop rule, DomainMetrics figures, Earlier earlier)
            throws Exception {
        Double now = figures.getAuc();
        Optional<Double> then = earlier.auc(figures.getEndMs() - DAY_MS);
        if (now == null || then.isEmpty()) {
            return Optional.empty();
        }
        double drop = then.get() - now;
        return Optional.of(Finding.above(
                drop,
                rule.by(),
                rule.by() * AlertRule.OVER_SHARE,
                String.format(
                        Locale.ROOT,
                        "AUC over %s is %.4f, %.4f a day before: a drop of %.4f, limit %.4f",
                        rule.window(),
                        now,
                        then.get(),
                        drop,
                        rule.by())));
    }

    private static Optional<Finding> calibration(AlertRule.CalibrationOutside rule, DomainMetrics figures) {
        Double calibration = figures.getCalibration();
        if (calibration == null) {
            return Optional.empty();
        }
        boolean tooLow = calibration < 1;
        double limit = tooLow ? rule.low() : rule.high();
        double over = 1 + (limit - 1) * AlertRule.OVER_SHARE;
        // Compared by how far it is from 1, on whichever side.
        Finding finding = Finding.above(
                Math.abs(calibration - 1),
                Math.abs(limit - 1),
                Math.abs(over - 1),
                String.format(
                        Locale.ROOT,
                        "calibration over %s is %.3f, expected %.3f to %.3f",
                        rule.window(),
                        calibration,
                        rule.low(),
                        rule.high()));
        return Optional.of(new Finding(
                finding.verdict(), OptionalDouble.of(calibration), OptionalDouble.of(limit), finding.message()));
    }
}
