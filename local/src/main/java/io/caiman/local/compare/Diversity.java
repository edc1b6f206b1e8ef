package io.caiman.local.compare;

import io.caiman.model.evaluation.ConflictSamples;
import io.caiman.model.evaluation.DiversityIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The Diversity Index AF (Crocodile, Eq. 1) of each ordered pair of domains, over impressions scored with frozen weights.
 * Conflict samples depend on the impressions alone, so they are found once for all runs.
 */
final class Diversity {

    private final Slice slice;
    private final List<Pair> pairs = new ArrayList<>();

    /**
     * An ordered pair of domains.
     *
     * @param positive the domain in which the conflict samples' users mostly like the object
     * @param negative the domain in which they mostly do not
     * @param conflictSamples their places in the slice
     */
    record Pair(String positive, String negative, int[] conflictSamples) {}

    Diversity(ScoredImpressions impressions, Slice slice) {
        this.slice = slice;
        List<String> names = impressions.domainNames();
        ConflictSamples conflicts = ConflictSamples.of(
                slice.users(),
                Arrays.stream(slice.places()).map(impressions::object).toArray(),
                Arrays.stream(slice.places()).map(impressions::domain).toArray(),
                slice.labels(),
                names.size());
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j < names.size(); j++) {
                if (i != j) {
                    pairs.add(new Pair(names.get(i), names.get(j), conflicts.between(i, j)));
                }
            }
        }
    }

    /** All ordered pairs of domains. */
    List<Pair> pairs() {
        return pairs;
    }

    /** The index of each of {@link #pairs()}; empty where a pair has no conflict samples, or the run no finite norms. */
    List<OptionalDouble> of(Run run) {
        int experts = run.experts();
        float[] norms = new float[slice.places().length * experts];
        for (int i = 0; i < slice.places().length; i++) {
            System.arraycopy(run.expertNorms(), slice.places()[i] * experts, norms, i * experts, experts);
        }
        if (experts == 0 || !finite(norms)) {
            return pairs.stream().map(pair -> OptionalDouble.empty()).toList();
        }
        DiversityIndex index =
                new DiversityIndex(norms, experts, DiversityIndex.TOP_QUANTILE, DiversityIndex.BOTTOM_QUANTILE);
        return pairs.stream()
                .map(pair -> index.allForward(pair.conflictSamples()))
                .toList();
    }

    private static boolean finite(float[] norms) {
        for (float norm : norms) {
            if (!Float.isFinite(norm)) {
                return false;
            }
        }
        return true;
    }
}
