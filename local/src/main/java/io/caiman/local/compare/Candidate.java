package io.caiman.local.compare;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model that is compared.
 *
 * @param file where its spec was read from
 * @param spec the model; its seed is replaced by those of the comparison
 */
public record Candidate(Path file, ModelSpec spec) {

    /** Reads a spec, whose errors name the file. */
    public static Candidate read(Path file) {
        return new Candidate(file, SpecReader.read(file));
    }

    /**
     * Checks that the models answer the same questions, and can be told apart.
     *
     * @throws IllegalArgumentException if there are none, if two have one name, or if one differs from the first in its tasks, its
     *     domains or how many it may come to serve
     */
    public static void checkComparable(List<Candidate> candidates) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException(
                    "--specs names no file; expected one or more model specs, separated by commas");
        }
        Candidate first = candidates.get(0);
        Map<String, Candidate> byName = new HashMap<>();
        for (Candidate candidate : candidates) {
            Candidate namesake = byName.put(candidate.spec.name(), candidate);
            if (namesake != null) {
                throw new IllegalArgumentException(
                        "--specs: %s and %s are both named '%s', and names tell the rows of the table apart: give each its own 'name'"
                                .formatted(namesake.file, candidate.file, candidate.spec.name()));
            }
            if (!candidate.spec.tasks().equals(first.spec.tasks())) {
                throw new IllegalArgumentException(
                        "--specs: %s predicts %s but %s predicts %s; expected the same 'tasks' in the same order for all: change them, or compare them apart"
                                .formatted(candidate.file, candidate.spec.tasks(), first.file, first.spec.tasks()));
            }
            if (!Set.copyOf(candidate.spec.domains()).equals(Set.copyOf(first.spec.domains()))) {
                throw new IllegalArgumentException(
                        "--specs: %s has the domains %s but %s has %s; expected the same 'domains' for all: change them, or compare them apart"
                                .formatted(candidate.file, candidate.spec.domains(), first.file, first.spec.domains()));
            }
            if (candidate.spec.maxDomains() != first.spec.maxDomains()) {
                throw new IllegalArgumentException(
                        "--specs: %s has 'max-domains' %d but %s has %d; expected the same for all, so that all serve the same impressions: change it, or compare them apart"
                                .formatted(
                                        candidate.file,
                                        candidate.spec.maxDomains(),
                                        first.file,
                                        first.spec.maxDomains()));
            }
        }
    }
}
