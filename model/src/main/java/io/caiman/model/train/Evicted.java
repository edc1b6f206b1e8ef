package io.caiman.model.train;

/**
 * A row that was given up.
 *
 * @param table what the row was of
 * @param feature name of its feature; of crossed features both names, joined by "*"
 * @param key its row key
 * @param reason why
 * @param score what it scored, see {@link io.caiman.model.spec.EvictionSpec}
 */
public record Evicted(Table table, String feature, long key, Reason reason, double score) {

    /** The tables whose rows are worth telling of. */
    public enum Table {
        /** Rows of features' ids. */
        FEATURES,
        /** Rows of crosses. */
        CROSSES
    }

    /** Why a row is given up. */
    public enum Reason {
        /** It was not seen for too many days. */
        UNSEEN,
        /** It scores too little. */
        LOW_SCORE,
        /** The table was over its budget, and the row scored least. */
        OVER_BUDGET
    }
}
