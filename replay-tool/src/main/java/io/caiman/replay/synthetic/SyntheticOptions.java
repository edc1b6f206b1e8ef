package io.caiman.replay.synthetic;

/**
 * The shape of a synthetic log.
 *
 * @param seed the same seed gives the same log, on every machine
 * @param users number of users, at least 2
 * @param items number of items, at least 2
 * @param conflict how much the domains disagree: the standard deviation of the part of a user's taste that is peculiar to a
 *     domain, over that of the part shared by all. At 0 a user prefers the same items everywhere; at c, tastes of one user in
 *     two domains correlate by 1 / (1 + c^2)
 */
public record SyntheticOptions(long seed, int users, int items, double conflict) {

    /** As many users as KuaiRand-1K, and a taste that is 80 % the same in any two domains. */
    public static final SyntheticOptions DEFAULTS = new SyntheticOptions(1, 1_000, 5_000, 0.5);

    public SyntheticOptions {
        if (users < 2) {
            throw new IllegalArgumentException("users: expected 2 or more, got " + users);
        }
        if (items < 2) {
            throw new IllegalArgumentException("items: expected 2 or more, got " + items);
        }
        if (!(conflict >= 0 && conflict < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("conflict: expected a number of 0 or more, got " + conflict);
        }
    }
}
