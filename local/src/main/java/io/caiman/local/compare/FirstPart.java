package io.caiman.local.compare;

import io.caiman.local.figures.TaskFigures;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.ImpressionSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first part of a log, by event time, and how good specs are on it. The rest of the log is not read, but for counting its
 * impressions where the log does not know their number.
 *
 * @param log which part of the dataset is the log
 * @param fraction share of the log's impressions, in (0, 1], rounded down to whole ones
 * @param threads that train, 1 or more; figures do not depend on it
 * @param device where the networks compute
 */
public record FirstPart(Dataset dataset, DatasetOptions log, double fraction, int threads, ComputeDevice device) {

    public FirstPart {
        new Protocol.Beginning(fraction);
    }

    /**
     * What came of a spec.
     *
     * @param tasks the progressive figures of each task, over all domains; none if a score was not finite: of a model that has
     *     none for some impressions, figures of the others say nothing
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
     */
    public record Outcome(List<TaskFigures> tasks, long skippedSteps) {}

    /**
     * Lets each spec predict, then train, on every impression of the part, with seed 1. All are held in memory at once; what comes
     * of one does not depend on the others.
     *
     * @param candidates with names of their own, the same tasks and the same domains
     * @return what came of each, in order
     * @throws ComparisonException if the part has nothing to learn from
     */
    public List<Outcome> outcomes(List<Candidate> candidates, CompareProgress progress) {
        CompareOptions options = new CompareOptions(
                dataset, log, candidates, 1, new Protocol.Beginning(fraction), CompareOptions.ITEM, threads, device);
        try (ImpressionSource opened = dataset.open(log)) {
            Comparison.Outcome outcome = new Comparison(options, progress).run(opened);
            List<Outcome> outcomes = new ArrayList<>();
            for (List<Run> seeds : outcome.runs()) {
                Run run = seeds.get(0);
                boolean finite = Arrays.stream(run.scores()).allMatch(Double::isFinite);
                outcomes.add(new Outcome(finite ? figures(outcome.impressions(), run) : List.of(), run.skippedSteps()));
            }
            return outcomes;
        }
    }

    private static List<TaskFigures> figures(ScoredImpressions impressions, Run run) {
        List<TaskFigures> figures = new ArrayList<>();
        for (int task = 0; task < impressions.tasks().size(); task++) {
            List<Slice> slices = Slice.of(impressions, List.of(run), task);
            figures.add(new TaskFigures(
                    impressions.tasks().get(task), slices.get(slices.size() - 1).figures(run)));
        }
        return figures;
    }
}
