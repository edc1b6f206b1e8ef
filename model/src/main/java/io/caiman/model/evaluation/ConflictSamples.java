package io.caiman.model.evaluation;

import java.util.Arrays;

/**
 * The impressions in which a user's preference conflicts between two domains: the samples {@code D_con(i,j)} of the Diversity
 * Index (Crocodile, arXiv 2405.12706, Eq. 1), which the paper does not define further. Immutable.
 *
 * <p><b>Definition.</b> Of the ordered pair of domains (i, j), i other than j: a user and an object are in conflict where more
 * than half of their labels in domain i are true and more than half of their labels in domain j are false. Every impression
 * of that user and object in domain i or j is a conflict sample. As many true as false labels in a domain (none at all among
 * them) are no preference and so no conflict. No pair (user, object) is in conflict for both (i, j) and (j, i).
 *
 * <p>The object is whatever the caller numbers: an item, or, where few users meet an item twice, an attribute of it such as
 * a tag or a category.
 */
public final class ConflictSamples {

    private final int[] preferences;
    private final int[] domains;
    private final boolean[] labels;
    private final int preferenceCount;
    private final int domainCount;

    private ConflictSamples(int[] preferences, int[] domains, boolean[] labels, int preferenceCount, int domainCount) {
        this.preferences = preferences;
        this.domains = domains;
        this.labels = labels;
        this.preferenceCount = preferenceCount;
        this.domainCount = domainCount;
    }

    /**
     * The conflicts within some impressions.
     *
     * @param users [n], the user of each impression, any numbers
     * @param objects [n], what the user was shown, any numbers
     * @param domains [n], each in [0, domainCount)
     * @param labels [n]
     * @param domainCount number of domains
     */
    public static ConflictSamples of(int[] users, int[] objects, int[] domains, boolean[] labels, int domainCount) {
        int count = users.length;
        if (objects.length != count || domains.length != count || labels.length != count) {
            throw new IllegalArgumentException(
                    "%d users, %d objects, %d domains and %d labels: expected as many of each"
                            .formatted(count, objects.length, domains.length, labels.length));
        }
        long[] keys = new long[count];
        for (int k = 0; k < count; k++) {
            checkDomain(domains[k], domainCount);
            keys[k] = (long) users[k] << Integer.SIZE | Integer.toUnsignedLong(objects[k]);
        }
        long[] distinct = Arrays.stream(keys).sorted().distinct().toArray();
        int[] preferences = new int[count];
        for (int k = 0; k < count; k++) {
            preferences[k] = Arrays.binarySearch(distinct, keys[k]);
        }
        return new ConflictSamples(preferences, domains.clone(), labels.clone(), distinct.length, domainCount);
    }

    /**
     * The conflict samples of an ordered pair of domains, in time linear in the number of impressions.
     *
     * @param positiveDomain i, where the labels are mostly true
     * @param negativeDomain j, where they are mostly false; not i
     * @return positions of the impressions, ascending
     */
    public int[] between(int positiveDomain, int negativeDomain) {
        checkDomain(positiveDomain, domainCount);
        checkDomain(negativeDomain, domainCount);
        if (positiveDomain == negativeDomain) {
            throw new IllegalArgumentException(
                    "domain %d with itself: expected two different domains".formatted(positiveDomain));
        }
        int[] inPositive = balances(positiveDomain);
        int[] inNegative = balances(negativeDomain);
        int[] samples = new int[domains.length];
        int size = 0;
        for (int k = 0; k < domains.length; k++) {
            boolean inEither = domains[k] == positiveDomain || domains[k] == negativeDomain;
            if (inEither && inPositive[preferences[k]] > 0 && inNegative[preferences[k]] < 0) {
                samples[size++] = k;
            }
        }
        return Arrays.copyOf(samples, size);
    }

    /** True minus false labels in one domain, of each user and object. */
    private int[] balances(int domain) {
        int[] balances = new int[preferenceCount];
        for (int k = 0; k < domains.length; k++) {
            if (domains[k] == domain) {
                balances[preferences[k]] += labels[k] ? 1 : -1;
            }
        }
        return balances;
    }

    private static void checkDomain(int domain, int domainCount) {
        if (domain < 0 || domain >= domainCount) {
            throw new IllegalArgumentException(
                    "domain %d: expected one of the %d domains counted from 0".formatted(domain, domainCount));
        }
    }
}
