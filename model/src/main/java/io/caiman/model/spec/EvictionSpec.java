package io.caiman.model.spec;

/**
 * Which rows are given up (Chang et al. 2023, Sec. 2.3, the feature score elimination of their GSET). A row's score is
 * showWeight times its shows plus clickWeight times its clicks, both decayed by the day of event time.
 *
 * @param rowBudget most rows of a table; 0: rows are kept for ever, and the rest here has no meaning
 * @param showWeight of a show, not negative
 * @param clickWeight of a show with a positive label, besides that of the show
 * @param decayPerDay what shows and clicks keep of their weight for each day, in (0, 1]
 * @param minScore rows that score less are given up, once a day
 * @param maxUnseenDays rows that were not seen for more days are given up, once a day
 */
public record EvictionSpec(
        long rowBudget, float showWeight, float clickWeight, float decayPerDay, float minScore, int maxUnseenDays) {

    public EvictionSpec {
        Require.that(rowBudget >= 0, "eviction.row-budget", rowBudget, "0 or more");
        Require.notNegative("eviction.show-weight", showWeight);
        Require.notNegative("eviction.click-weight", clickWeight);
        Require.that(
                decayPerDay > 0 && decayPerDay <= 1, "eviction.decay-per-day", decayPerDay, "above 0 and at most 1");
        Require.notNegative("eviction.min-score", minScore);
        Require.within("eviction.max-unseen-days", maxUnseenDays, 1, 1 << 20);
    }

    /** Whether rows are ever given up. */
    public boolean active() {
        return rowBudget > 0;
    }
}
