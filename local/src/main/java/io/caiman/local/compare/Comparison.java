package io.caiman.local.compare;

import io.caiman.jobs.training.ImpressionFeatures;
import io.caiman.local.compare.Intake.Chunk;
import io.caiman.model.spec.ModelSpec;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Runs every model with every seed over one log, which is read once. The runs take each chunk of the log side by side while
 * the next one is read.
 */
final class Comparison {

    /** Reasons told in an error; more would bury what they have in common. */
    private static final int MOST_REASONS = 3;

    private final CompareOptions options;
    private final CompareProgress progress;

    Comparison(CompareOptions options, CompareProgress progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * What came of all runs.
     *
     * @param impressions that were scored
     * @param runs {@code [models][seeds]}
     * @param items that were learned from
     */
    record Outcome(ScoredImpressions impressions, List<List<Run>> runs, RankedItems items, ComparisonReport.Log log) {}

    /**
     * Runs to the end of the log.
     *
     * @param log the opened log of the options, which stays the caller's to close
     * @throws ComparisonException if nothing of the log can be learned from, or nothing scored
     */
    Outcome run(ImpressionSource log) {
        log.prepare(progress::sorting);
        ModelSpec spec = options.candidates().get(0).spec();
        ScoredImpressions scored = new ScoredImpressions(spec.domains(), spec.tasks(), options.conflictOn());
        Intake intake = new Intake(log, new ImpressionFeatures(spec), options.protocol(), this::countAgain, scored);
        try (Workers workers = new Workers(contenders(), options.threads())) {
            long through = 0;
            Optional<Chunk> next = intake.next();
            while (next.isPresent()) {
                Chunk chunk = next.get();
                workers.start(contender -> contender.accept(chunk.part(), chunk.impressions()));
                progress.learning(through, intake.expectedImpressions());
                through = intake.read();
                next = intake.next();
            }
            check(intake.log());
            RankedItems items = intake.items();
            List<Run> runs = workers.each(contender -> contender.finish(items));
            return new Outcome(scored, byModel(runs), items, intake.log());
        }
    }

    private List<Callable<Contender>> contenders() {
        List<Callable<Contender>> makers = new ArrayList<>();
        for (Candidate candidate : options.candidates()) {
            for (long seed : options.seedList()) {
                makers.add(() -> new Contender(candidate.spec().withSeed(seed), options.device()));
            }
        }
        return makers;
    }

    private List<List<Run>> byModel(List<Run> runs) {
        List<List<Run>> byModel = new ArrayList<>();
        for (int from = 0; from < runs.size(); from += options.seeds()) {
            byModel.add(List.copyOf(runs.subList(from, from + options.seeds())));
        }
        return byModel;
    }

    private long countAgain() {
        try (ImpressionSource again = options.dataset().open(options.log())) {
            long impressions = 0;
            while (again.hasNext()) {
                impressions += again.next() instanceof LogEntry.Shown ? 1 : 0;
            }
            return impressions;
        }
    }

    private void check(ComparisonReport.Log read) {
        if (read.impressions() == 0) {
            throw new ComparisonException("the log has no impressions: check --data, --domains and --limit");
        }
        if (read.learned() + read.scored() == 0) {
            throw new ComparisonException(
                    "none of the log's %,d impressions can be learned from, mostly because of this:%n%s%ngive the specs the 'task' (or 'tasks') and 'domains' of the log, or name another --dataset"
                            .formatted(read.impressions(), mostFrequent(read.refused())));
        }
        if (read.learned() == 0 || read.scored() == 0) {
            throw new ComparisonException(
                    "%s: %,d impressions to train on and %,d to score; expected some of both: move the split with --train-fraction, --train-until or --from-fraction"
                            .formatted(options.protocol().inWords(), read.learned(), read.scored()));
        }
    }

    private static String mostFrequent(Map<String, Long> refused) {
        return refused.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MOST_REASONS)
                .map(reason -> "  %,d times: %s".formatted(reason.getValue(), reason.getKey()))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
