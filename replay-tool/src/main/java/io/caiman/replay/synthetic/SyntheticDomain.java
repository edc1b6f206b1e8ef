package io.caiman.replay.synthetic;

/**
 * The five largest tabs of KuaiRand-1K. Shares are those of their impressions (2.4, 7.8, 0.4, 0.9 and 0.2 million). Click
 * rates are made up: near each other, as tabs of one app are, and different enough that a model has to tell the tabs apart.
 */
public enum SyntheticDomain {
    TAB_0("0", 2.4, 0.30),
    TAB_1("1", 7.8, 0.40),
    TAB_2("2", 0.4, 0.25),
    TAB_4("4", 0.9, 0.45),
    TAB_6("6", 0.2, 0.35);

    private final String tab;
    private final double impressions;
    private final double clickRate;

    SyntheticDomain(String tab, double millionImpressions, double clickRate) {
        this.tab = tab;
        this.impressions = millionImpressions;
        this.clickRate = clickRate;
    }

    /** The domain's name in impressions. */
    public String tab() {
        return tab;
    }

    /** Relative number of impressions; not normalised. */
    double weight() {
        return impressions;
    }

    /** The click probability of a user and an item that are average in every way. */
    double clickRate() {
        return clickRate;
    }
}
