package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a task of the first stage has gathered about one scope since it last told the second, beside the impressions, which are
 * with its {@link GroupGains}.
 */
final class ScopeGains {

    private static final int NO_WINDOW = -1;

    private final Names names;
    private final GroupGains group;
    private final int place;
    private final List<TreeMap<Long, ShareSum>> shares = new ArrayList<>();
    private ShareSum gained = new ShareSum();
    private boolean changed;

    /** What was asked for last, mostly asked for again. */
    private ShareSum lastShare = gained;

    private int lastWindow = NO_WINDOW;
    private long lastEnd;

    /**
     * A scope of which nothing is known.
     *
     * @param place among the scopes of its group
     */
    ScopeGains(Names names, GroupGains group, int place, int windows) {
        this.names = names;
        this.group = group;
        this.place = place;
        for (int window = 0; window < windows; window++) {
            shares.add(new TreeMap<>());
        }
    }

    Names names() {
        return names;
    }

    GroupGains group() {
        return group;
    }

    /** Its place among the scopes of the group. */
    int place() {
        return place;
    }

    /** Whether a share has changed. */
    boolean changed() {
        return changed;
    }

    /** The change of the users' contribution to cumulative gAUC, to be added to. */
    ShareSum gained() {
        changed = true;
        return gained;
    }

    /** The change of the users' contribution to gAUC up to the window that ends here, to be added to. */
    ShareSum share(int window, long end) {
        changed = true;
        if (window != lastWindow || end != lastEnd) {
            lastShare = shares.get(window).computeIfAbsent(end, e -> new ShareSum());
            lastWindow = window;
            lastEnd = end;
        }
        return lastShare;
    }

    /** All of it together with its impressions; it is then forgotten. */
    Partial take(long first, long last, List<Partial.PaneGain> panes, Impressions impressions) {
        List<Partial.ShareGain> gains = new ArrayList<>();
        if (changed) {
            for (int window = 0; window < shares.size(); window++) {
                for (var share : shares.get(window).entrySet()) {
                    gains.add(new Partial.ShareGain(
                            window, share.getKey(), share.getValue().toGroupedAuc()));
                }
                shares.get(window).clear();
            }
        }
        Partial partial = new Partial(names, first, last, panes, gained.toGroupedAuc(), gains, impressions);
        if (changed) {
            gained = new ShareSum();
            changed = false;
            lastWindow = NO_WINDOW;
        }
        return partial;
    }
}
