package io.caiman.model.spec;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When an id gets a row of its own. Until then it shares the default row of its feature, which learns like any other.
 * An id is admitted at its n-th sighting, this one included, if n is at least the count and, where the probability is
 * below 1, a coin falls right (McMahan et al. 2013 include features by either).
 *
 * @param minCount sightings before an id may have a row; 1: counts nothing
 * @param probability chance at each sighting from then on, in (0, 1]
 * @param features another count for single features
 */
public record AdmissionSpec(int minCount, float probability, Map<String, Integer> features) {

    /** A count is kept in a float. */
    private static final int MOST = 1 << 24;

    public AdmissionSpec {
        Require.within("admission.min-count", minCount, 1, MOST);
        Require.that(
                probability > 0 && probability <= 1, "admission.probability", probability, "above 0 and at most 1");
        features.forEach((feature, count) -> Require.within("admission.features." + feature, count, 1, MOST));
        features = Map.copyOf(new LinkedHashMap<>(features));
    }

    /** Sightings before an id of a feature may have a row. */
    public int minCount(String feature) {
        return features.getOrDefault(feature, minCount);
    }

    /** Whether every id has a row of its own from its first sighting on. */
    public boolean admitsAtOnce() {
        return minCount == 1 && probability == 1 && features.values().stream().allMatch(count -> count == 1);
    }
}
