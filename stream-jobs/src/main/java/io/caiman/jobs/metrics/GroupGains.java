package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a task of the first stage has gathered about the scopes of one key group since it last told the second. Impressions lie
 * one behind the other in the order they came, whatever their scope, and are sorted by it only when they are told of: with
 * thousands of domains each would else be a way to a far place in memory.
 */
final class GroupGains {

    private final int windows;
    private final boolean countsLast;
    private final List<ScopeGains> scopes = new ArrayList<>();

    /** Which panes have come, mostly one. */
    private final List<Period> periods = new ArrayList<>();

    private final Impressions impressions = new Impressions();

    /** [impression], the place of its scope. */
    private int[] scopeOf = new int[8];

    /** [impression], the place of its period. */
    private int[] periodOf = new int[8];

    private boolean hasOverall;
    private boolean changed;

    /** A pane, and the end of the first window that counts what has come of it. */
    private record Period(long pane, long openFrom) {}

    GroupGains(int windows, boolean countsLast) {
        this.windows = windows;
        this.countsLast = countsLast;
    }

    /** Takes a scope in, of which there is nothing yet. */
    ScopeGains add(Scope scope) {
        ScopeGains gains = new ScopeGains(Names.of(scope), this, scopes.size(), windows);
        scopes.add(gains);
        hasOverall |= scope.isOverall();
        return gains;
    }

    /** Whether one of the scopes is of all domains. */
    boolean hasOverall() {
        return hasOverall;
    }

    /** Takes note of a change; says whether it is the first since the last {@link #take}. */
    boolean change() {
        boolean isFirst = !changed;
        changed = true;
        return isFirst;
    }

    /** Adds an impression of a scope. */
    void add(int scope, long pane, long openFrom, long eventTime, long user, long scoredLabel) {
        int size = impressions.size();
        if (size == scopeOf.length) {
            scopeOf = Arrays.copyOf(scopeOf, 2 * size);
            periodOf = Arrays.copyOf(periodOf, 2 * size);
        }
        scopeOf[size] = scope;
        periodOf[size] = period(pane, openFrom);
        impressions.add(eventTime, user, scoredLabel);
    }

    /** The place of a period until the next {@link #take}. */
    private int period(long pane, long openFrom) {
        for (int i = periods.size() - 1; i >= 0; i--) {
            Period period = periods.get(i);
            if (period.pane == pane && period.openFrom == openFrom) {
                return i;
            }
        }
        periods.add(new Period(pane, openFrom));
        return periods.size() - 1;
    }

    /** What has come of every scope that something has come of, all of which is then forgotten. */
    Partials take() {
        int[] ends = ends();
        int[] order = order(ends);
        List<Partial> partials = new ArrayList<>();
        int from = 0;
        for (ScopeGains scope : scopes) {
            int begin = from;
            List<Partial.PaneGain> panes = new ArrayList<>(1);
            for (int i = 0; i < periods.size(); i++) {
                int to = ends[scope.place() * periods.size() + i];
                if (to > from) {
                    panes.add(paneGain(periods.get(i), order, from, to));
                }
                from = to;
            }
            if (from > begin || scope.changed()) {
                partials.add(partial(scope, panes, order, begin, from));
            }
        }
        periods.clear();
        impressions.clear();
        changed = false;
        return new Partials(partials);
    }

    /** [scope, period], where its impressions end once all are in order of that; each then begins where the one before ends. */
    private int[] ends() {
        int[] ends = new int[scopes.size() * periods.size()];
        for (int i = 0; i < impressions.size(); i++) {
            ends[cell(i)]++;
        }
        for (int cell = 1; cell < ends.length; cell++) {
            ends[cell] += ends[cell - 1];
        }
        return ends;
    }

    /** The impressions in order of scope, then period, then as they came. */
    private int[] order(int[] ends) {
        int[] left = ends.clone();
        int[] order = new int[impressions.size()];
        for (int i = order.length - 1; i >= 0; i--) {
            order[--left[cell(i)]] = i;
        }
        return order;
    }

    private int cell(int impression) {
        return scopeOf[impression] * periods.size() + periodOf[impression];
    }

    private Partial.PaneGain paneGain(Period period, int[] order, int from, int to) {
        long[] scoredLabels = new long[to - from];
        for (int i = from; i < to; i++) {
            scoredLabels[i - from] = impressions.scoredLabel(order[i]);
        }
        return new Partial.PaneGain(
                period.pane,
                period.openFrom,
                new PaneFigures(ScoreHistogram.ofEncoded(scoredLabels), QualitySums.ofEncoded(scoredLabels)));
    }

    private Partial partial(ScopeGains scope, List<Partial.PaneGain> panes, int[] order, int from, int to) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        Impressions own = new Impressions(countsLast ? to - from : 0);
        for (int i = from; i < to; i++) {
            int at = order[i];
            first = Math.min(first, impressions.eventTime(at));
            last = Math.max(last, impressions.eventTime(at));
            if (countsLast) {
                own.add(impressions.eventTime(at), impressions.user(at), impressions.scoredLabel(at));
            }
        }
        return scope.take(first, last, panes, own);
    }
}
