package io.caiman.local.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.local.figures.FigureText;
import io.caiman.local.figures.Figures;
import io.caiman.local.figures.Grid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What came of a search. The same input, options and seed give the same report.
 *
 * @param dataset the log's name
 * @param fraction share of the log that was read, the first impressions in order of event time
 * @param objective what was made large
 * @param seed of the trials
 * @param space where the ranges stand
 * @param models in the order asked for
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record TuneReport(String dataset, double fraction, Objective objective, long seed, String space, List<Model> models) {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * A model and its trials.
     *
     * @param best the number of the best trial; absent if the objective is undefined for every one
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Model(String name, String network, Optional<Integer> best, List<Trial> trials) {}

    /**
     * One trial.
     *
     * @param trial its number, from 1
     * @param values what it tried, by key
     * @param figures progressive, over all domains; absent if a score was not finite
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Trial(int trial, Map<String, JsonNode> values, Optional<Figures> figures, long skippedSteps) {

        OptionalDouble value(Objective objective) {
            return figures.map(objective::of).orElse(OptionalDouble.empty());
        }
    }

    /** The first of the trials with the largest objective; empty if it is undefined for all. */
    static Optional<Integer> best(List<Trial> trials, Objective objective) {
        return trials.stream()
                .filter(trial -> trial.value(objective).isPresent())
                .max(Comparator.comparingDouble(
                                (Trial trial) -> trial.value(objective).getAsDouble())
                        .thenComparing(trial -> -trial.trial()))
                .map(Trial::trial);
    }

    void write(Path file) throws IOException {
        JSON.writeValue(file.toFile(), this);
    }

    /** A row for each model: its best trial, and how far the objective spreads over all. */
    Grid bestGrid() {
        Grid grid = new Grid(
                "Best of each model's trials, by %s on the first %s of the log"
                        .formatted(objective.cliName(), percent()),
                List.of("model", "trial", "AUC", "gAUC", "worst " + objective.cliName()));
        for (Model model : models) {
            Optional<Trial> best = model.best().map(number -> model.trials().get(number - 1));
            OptionalDouble worst = model.trials().stream()
                    .map(trial -> trial.value(objective))
                    .filter(OptionalDouble::isPresent)
                    .mapToDouble(OptionalDouble::getAsDouble)
                    .min();
            grid.add(List.of(
                    model.name(),
                    best.map(trial -> String.valueOf(trial.trial())).orElse("none"),
                    figure(best, Objective.AUC),
                    figure(best, Objective.GAUC),
                    FigureText.of(worst, "%.5f")));
        }
        return grid;
    }

    private String percent() {
        return String.format(Locale.ROOT, "%s %%", Math.round(1e4 * fraction) / 1e2);
    }

    private static String figure(Optional<Trial> trial, Objective objective) {
        return FigureText.of(trial.map(of -> of.value(objective)).orElse(OptionalDouble.empty()), "%.5f");
    }

    /** Every trial of every model, as Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>(bestGrid().markdown());
        for (Model model : models) {
            Grid grid = new Grid(model.name(), List.of("trial", "AUC", "gAUC", "skipped steps", "tried"));
            for (Trial trial : model.trials()) {
                grid.add(List.of(
                        trial.trial() + (model.best().equals(Optional.of(trial.trial())) ? " (best)" : ""),
                        figure(Optional.of(trial), Objective.AUC),
                        figure(Optional.of(trial), Objective.GAUC),
                        String.valueOf(trial.skippedSteps()),
                        trial.values().entrySet().stream()
                                .map(tried -> tried.getKey() + " " + tried.getValue())
                                .collect(Collectors.joining("; "))));
            }
            lines.add("");
            lines.addAll(grid.markdown());
        }
        return String.join("\n", lines) + "\n";
    }
}
