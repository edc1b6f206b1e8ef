package io.caiman.local.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.local.figures.FigureText;
import io.caiman.local.figures.Grid;
import io.caiman.local.figures.TaskFigures;
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
 * @param objective what was made large: of several tasks, the mean over those for which it is defined
 * @param tasks that every model predicts
 * @param seed of the trials
 * @param space where the ranges stand
 * @param models in the order asked for
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record TuneReport(
        String dataset,
        double fraction,
        Objective objective,
        List<String> tasks,
        long seed,
        String space,
        List<Model> models) {

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
     * @param tasks the progressive figures of each task, over all domains; none if a score was not finite
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
     */
    record Trial(int trial, Map<String, JsonNode> values, List<TaskFigures> tasks, long skippedSteps) {

        /** By which trials are compared. */
        OptionalDouble value(Objective objective) {
            return objective.mean(tasks);
        }

        /** The same with the figures of one task. */
        Trial of(String task) {
            return new Trial(
                    trial,
                    values,
                    tasks.stream()
                            .filter(figures -> figures.task().equals(task))
                            .toList(),
                    skippedSteps);
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
                "Best of each model's trials, by %s on the first %s of the log".formatted(rule(), percent()),
                List.of("model", "trial", mean("AUC"), mean("gAUC"), "worst " + objective.cliName()));
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

    /** The tasks if there are several; what is said of one task needs no name. */
    private List<String> named() {
        return tasks.size() > 1 ? tasks : List.of();
    }

    private String rule() {
        return named().isEmpty()
                ? objective.cliName()
                : "mean %s over the tasks %s where it is defined"
                        .formatted(objective.cliName(), String.join(", ", named()));
    }

    private String mean(String figure) {
        return named().isEmpty() ? figure : "mean " + figure;
    }

    private String percent() {
        return String.format(Locale.ROOT, "%s %%", Math.round(1e4 * fraction) / 1e2);
    }

    private static String figure(Optional<Trial> trial, Objective objective) {
        return FigureText.of(trial.map(of -> of.value(objective)).orElse(OptionalDouble.empty()), "%.5f");
    }

    private List<String> header() {
        List<String> header = new ArrayList<>(List.of("trial", mean("AUC"), mean("gAUC")));
        named().forEach(task -> header.addAll(List.of(task + " AUC", task + " gAUC")));
        header.addAll(List.of("skipped steps", "tried"));
        return header;
    }

    private List<String> row(Model model, Trial trial) {
        List<String> row = new ArrayList<>();
        row.add(trial.trial() + (model.best().equals(Optional.of(trial.trial())) ? " (best)" : ""));
        row.add(figure(Optional.of(trial), Objective.AUC));
        row.add(figure(Optional.of(trial), Objective.GAUC));
        for (String task : named()) {
            Optional<Trial> ofTask = Optional.of(trial.of(task));
            row.add(figure(ofTask, Objective.AUC));
            row.add(figure(ofTask, Objective.GAUC));
        }
        row.add(String.valueOf(trial.skippedSteps()));
        row.add(trial.values().entrySet().stream()
                .map(tried -> tried.getKey() + " " + tried.getValue())
                .collect(Collectors.joining("; ")));
        return row;
    }

    /** Every trial of every model, as Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>(bestGrid().markdown());
        for (Model model : models) {
            Grid grid = new Grid(model.name(), header());
            model.trials().forEach(trial -> grid.add(row(model, trial)));
            lines.add("");
            lines.addAll(grid.markdown());
        }
        return String.join("\n", lines) + "\n";
    }
}
