package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;

/** What the first stage tells the second about one user. */
sealed interface Partial {

    Scope scope();

    /**
     * What has come since the last such message.
     *
     * @param openFrom end of the first window that counts observations which came out of order, see {@link Panes#firstEnd}
     * @param observations at least one
     * @param gained the change of what the user contributes to cumulative gAUC; together with the observations, so that all
     *     cumulative figures always cover the same impressions
     */
    record Gain(Scope scope, long openFrom, Observations observations, GroupedAuc gained) implements Partial {}

    /**
     * The change of what the user contributes to rolling gAUC, from the window before to this one; sent only if there is a
     * change, which there is when one of the user's panes comes in or goes out.
     *
     * @param end end of the window, exclusive
     */
    record WindowShare(Scope scope, long end, GroupedAuc gained) implements Partial {}
}
