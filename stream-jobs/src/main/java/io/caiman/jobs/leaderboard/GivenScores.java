package io.caiman.jobs.leaderboard;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** The scores that models have given one impression so far. Immutable; there are as few as there are models. */
final class GivenScores {

    static final GivenScores NONE = new GivenScores(List.of(), new long[0]);

    private final List<String> models;
    private final long[] scoredLabels;

    /**
     * The scores of some models, none of them twice.
     *
     * @param scoredLabels one for each model, see {@link io.caiman.model.evaluation.ScoredLabel}; handed over
     */
    GivenScores(List<String> models, long[] scoredLabels) {
        this.models = models;
        this.scoredLabels = scoredLabels;
    }

    GivenScores plus(String model, long scoredLabel) {
        String[] more = models.toArray(new String[models.size() + 1]);
        more[models.size()] = model;
        long[] scores = Arrays.copyOf(scoredLabels, more.length);
        scores[models.size()] = scoredLabel;
        return new GivenScores(List.of(more), scores);
    }

    int size() {
        return models.size();
    }

    /** Where a model's score stands, if it has given one. */
    OptionalInt find(String model) {
        int found = models.indexOf(model);
        return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
    }

    String model(int i) {
        return models.get(i);
    }

    long scoredLabel(int i) {
        return scoredLabels[i];
    }
}
