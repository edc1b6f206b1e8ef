package io.caiman.local.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.caiman.local.compare.Candidate;
import io.caiman.local.compare.FirstPart;
import io.caiman.model.spec.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A random search: the same number of trials for each model, on the first part of a log. Models go one after another, the trials of
 * one side by side; so what comes of one cannot depend on the others.
 */
final class Tuning {

    private final List<Study> studies;
    private final Objective objective;
    private final long seed;
    private final String space;

    /**
     * Draws and checks all trials.
     *
     * @param models the specs to tune, each with a name of its own, all with the same tasks
     * @param trials of each
     * @throws io.caiman.model.spec.SpecException if a trial makes no spec, naming space, model and trial
     */
    Tuning(List<SpecKeys> models, SearchSpace space, int trials, long seed, Objective objective) {
        if (trials < 1) {
            throw new IllegalArgumentException("--trials is %d; expected 1 or more, such as 8".formatted(trials));
        }
        this.studies =
                models.stream().map(keys -> Study.of(keys, space, trials, seed)).toList();
        this.objective = objective;
        this.seed = seed;
        this.space = space.toString();
    }

    /** One model's trials, before they are run. */
    private record Study(ModelSpec base, List<Map<String, JsonNode>> values, List<SpecKeys> trials) {

        static Study of(SpecKeys keys, SearchSpace space, int count, long seed) {
            ModelSpec base = keys.spec("the spec to tune");
            List<Map<String, JsonNode>> values = space.draw(base.network(), seed, count);
            List<SpecKeys> trials = new ArrayList<>();
            for (int trial = 0; trial < count; trial++) {
                SpecKeys tried = keys;
                for (Map.Entry<String, JsonNode> value : values.get(trial).entrySet()) {
                    tried = tried.with(value.getKey(), value.getValue());
                }
                tried.spec("%s, trial %d of %s".formatted(space, trial + 1, base.name()));
                trials.add(tried);
            }
            return new Study(base, values, trials);
        }

        /** A name for each trial tells their errors apart. */
        List<Candidate> candidates() {
            return IntStream.range(0, trials.size())
                    .mapToObj(trial -> {
                        String name = base.name() + "-trial-" + (trial + 1);
                        return new Candidate(
                                Path.of(name),
                                trials.get(trial)
                                        .with("name", TextNode.valueOf(name))
                                        .spec(name));
                    })
                    .toList();
        }
    }

    /** Runs all trials. */
    TuneReport run(FirstPart part, TuneProgress progress) {
        List<TuneReport.Model> models = new ArrayList<>();
        for (Study study : studies) {
            progress.model(study.base().name());
            List<FirstPart.Outcome> outcomes = part.outcomes(study.candidates(), progress);
            List<TuneReport.Trial> trials = IntStream.range(0, outcomes.size())
                    .mapToObj(trial -> new TuneReport.Trial(
                            trial + 1,
                            study.values().get(trial),
                            outcomes.get(trial).tasks(),
                            outcomes.get(trial).skippedSteps()))
                    .toList();
            models.add(new TuneReport.Model(
                    study.base().name(), study.base().network().key(), TuneReport.best(trials, objective), trials));
        }
        return new TuneReport(
                part.dataset().cliName(),
                part.fraction(),
                objective,
                studies.get(0).base().tasks(),
                seed,
                space,
                models);
    }

    /** The spec of a model's best trial, the model's name and seed kept; empty if there is none. */
    Optional<ModelSpec> best(TuneReport report, int model) {
        return report.models()
                .get(model)
                .best()
                .map(trial -> studies.get(model).trials().get(trial - 1).spec("the best trial"));
    }
}
