package io.caiman.local.demo;

import io.caiman.local.compare.Candidate;
import io.caiman.model.spec.BatchSpec;
import io.caiman.model.spec.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** The options that say which models learn. */
final class ModelsMixin {

    @Option(
            names = "--spec",
            paramLabel = "FILE",
            description = "The model, in YAML. Default: the one under conf/ for the dataset.")
    private Optional<Path> spec = Optional.empty();

    @Option(
            names = "--specs",
            split = ",",
            paramLabel = "FILE",
            description = "Several models, separated by commas: all learn from the same impressions, and the others are"
                    + " compared with the first.")
    private List<Path> specs = new ArrayList<>();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Impressions in a mini-batch. Default: what the spec says.")
    private Optional<Integer> batch = Optional.empty();

    /**
     * The models, at least one.
     *
     * @param shipped the spec to read if none was named
     * @param seed in place of the specs'
     * @throws IllegalArgumentException if they cannot be read, told apart or compared
     */
    List<ModelSpec> specs(Path shipped, OptionalLong seed) {
        if (spec.isPresent() && !specs.isEmpty()) {
            throw new IllegalArgumentException("--spec and --specs exclude each other; name all models with --specs");
        }
        List<Candidate> candidates = (specs.isEmpty() ? List.of(spec.orElse(shipped)) : specs)
                .stream().map(Candidate::read).toList();
        Candidate.checkComparable(candidates);
        return candidates.stream()
                .map(candidate -> ofThisRun(candidate.spec(), seed))
                .toList();
    }

    private ModelSpec ofThisRun(ModelSpec model, OptionalLong seed) {
        // A replay's batches close by count alone: its predictions must not depend on how fast it runs.
        ModelSpec byCount =
                model.withBatch(new BatchSpec(batch.orElse(model.batch().size()), 0));
        return seed.isPresent() ? byCount.withSeed(seed.getAsLong()) : byCount;
    }
}
