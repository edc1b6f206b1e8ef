package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Names;
import io.caiman.model.evaluation.GroupedAuc;
import java.util.List;

/**
 * What a task of the first stage tells the second about a scope, in {@link Partials}: all that has come since it last did. Everything in it is to
 * be added to what others tell.
 *
 * @param names the scope's
 * @param first earliest event time among the new impressions, ms; {@link Long#MAX_VALUE} where there are none
 * @param last latest event time among them, ms; {@link Long#MIN_VALUE} where there are none
 * @param panes the new impressions by pane
 * @param gained the change of the users' contribution to cumulative gAUC; in one message with the impressions, so that all
 *     cumulative figures always cover the same ones
 * @param shares changes of the users' contribution to the gAUC of windows
 * @param impressions the new impressions themselves, for count windows; empty where there are no such windows
 */
record Partial(
        Names names,
        long first,
        long last,
        List<PaneGain> panes,
        GroupedAuc gained,
        List<ShareGain> shares,
        Impressions impressions) {

    Partial {
        panes = List.copyOf(panes);
        shares = List.copyOf(shares);
    }

    /**
     * Impressions of a pane.
     *
     * @param pane its start, ms
     * @param openFrom end of the first window that counts them, see {@link Panes#openFrom}
     */
    record PaneGain(long pane, long openFrom, PaneFigures figures) {}

    /**
     * The change of the users' contribution to gAUC from one window to the next one of the same length: the contribution to a
     * window is the sum of the changes up to it.
     *
     * @param window place of its length in {@link Panes#windows}
     * @param end end of the window, exclusive, ms
     */
    record ShareGain(int window, long end, GroupedAuc gained) {}
}
