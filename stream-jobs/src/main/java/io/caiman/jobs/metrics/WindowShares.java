package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import it.unimi.dsi.fastutil.longs.Long2IntArrayMap;
import it.unimi.dsi.fastutil.longs.Long2IntMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users' contribution to gAUC of the windows of one length, and how often each window was published. A window's
 * contribution is the sum of all changes up to it; those that no window still to be published needs apart are one.
 */
final class WindowShares {

    private final TreeMap<Long, GroupedAuc> changes = new TreeMap<>();

    /** Of the few windows that may still change. */
    private final Long2IntMap revisions = new Long2IntArrayMap();

    WindowShares() {
        this(Map.of(), Map.of());
    }

    /**
     * Restores contributions.
     *
     * @param changes by the end of the window they lead to
     * @param revisions number of the next revision by the end of the window
     */
    WindowShares(Map<Long, GroupedAuc> changes, Map<Long, Integer> revisions) {
        this.changes.putAll(changes);
        this.revisions.putAll(revisions);
    }

    WindowShares copy() {
        return new WindowShares(changes, revisions);
    }

    void add(long end, GroupedAuc change) {
        changes.merge(end, change, GroupedAuc::plus);
    }

    GroupedAuc upTo(long end) {
        GroupedAuc sum = GroupedAuc.NONE;
        for (GroupedAuc change : changes.headMap(end, true).values()) {
            sum = sum.plus(change);
        }
        return sum.users() == 0 ? GroupedAuc.NONE : sum; // without what rounding left
    }

    /** The number of this publication of a window: 0 for its first. */
    int nextRevision(long end) {
        int revision = revisions.get(end);
        revisions.put(end, revision + 1);
        return revision;
    }

    /** Forgets what only windows that end before this end need. */
    void forgetBefore(long end) {
        revisions.keySet().removeIf((long published) -> published < end);
        Map<Long, GroupedAuc> past = changes.headMap(end);
        if (past.size() > 1 || (past.size() == 1 && upTo(end - 1).users() == 0)) {
            GroupedAuc sum = upTo(end - 1);
            past.clear();
            if (sum.users() > 0) {
                changes.put(end - 1, sum);
            }
        }
    }

    Map<Long, GroupedAuc> changes() {
        return changes;
    }

    Map<Long, Integer> revisions() {
        return revisions;
    }
}
