package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** What a task of the first stage has gathered about one scope since it last told the second. */
final class ScopeGains {

    /** Scored labels of one pane. */
    private static final class PaneBuffer {
        private long pane = Long.MIN_VALUE;
        private long openFrom = Long.MIN_VALUE;
        private long[] scoredLabels = new long[4];
        private int size;

        /** Begins anew, in the same memory. */
        void begin(long newPane, long newOpenFrom) {
            pane = newPane;
            openFrom = newOpenFrom;
            size = 0;
        }

        void add(long scoredLabel) {
            if (size == scoredLabels.length) {
                scoredLabels = Arrays.copyOf(scoredLabels, 2 * size);
            }
            scoredLabels[size++] = scoredLabel;
        }

        Partial.PaneGain toGain() {
            long[] all = Arrays.copyOf(scoredLabels, size);
            return new Partial.PaneGain(
                    pane, openFrom, new PaneFigures(ScoreHistogram.ofEncoded(all), QualitySums.ofEncoded(all)));
        }
    }

    private static final int NO_WINDOW = -1;

    private final Scope scope;
    private final boolean countsLast;
    private final List<TreeMap<Long, ShareSum>> shares = new ArrayList<>();

    /** What has come; the panes of the first {@link #used}, mostly one, count. */
    private final List<PaneBuffer> buffers = new ArrayList<>(1);

    private PaneBuffer latest = new PaneBuffer();
    private int used;
    private ShareSum gained = new ShareSum();
    private Impressions impressions = new Impressions();
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private boolean changed;

    /** What was asked for last, mostly asked for again. */
    private ShareSum lastShare = new ShareSum();

    private int lastWindow = NO_WINDOW;
    private long lastEnd;

    ScopeGains(Scope scope, int windows, boolean countsLast) {
        this.scope = scope;
        this.countsLast = countsLast;
        for (int window = 0; window < windows; window++) {
            shares.add(new TreeMap<>());
        }
    }

    Scope scope() {
        return scope;
    }

    /** Takes note of a change; says whether it is the first since the last {@link #take}. */
    boolean change() {
        boolean isFirst = !changed;
        changed = true;
        return isFirst;
    }

    void add(long pane, long openFrom, long eventTime, long user, long scoredLabel) {
        if (used == 0 || latest.pane != pane || latest.openFrom != openFrom) {
            latest = buffer(pane, openFrom);
        }
        latest.add(scoredLabel);
        first = Math.min(first, eventTime);
        last = Math.max(last, eventTime);
        if (countsLast) {
            impressions.add(eventTime, user, scoredLabel);
        }
    }

    /** The change of the users' contribution to cumulative gAUC. */
    ShareSum gained() {
        return gained;
    }

    /** The change of the users' contribution to gAUC up to the window that ends here. */
    ShareSum share(int window, long end) {
        if (window != lastWindow || end != lastEnd) {
            lastShare = shares.get(window).computeIfAbsent(end, e -> new ShareSum());
            lastWindow = window;
            lastEnd = end;
        }
        return lastShare;
    }

    /** All of it, which is then forgotten. */
    Partial take() {
        List<Partial.PaneGain> came = new ArrayList<>(used);
        for (PaneBuffer buffer : buffers.subList(0, used)) {
            came.add(buffer.toGain());
        }
        List<Partial.ShareGain> gains = new ArrayList<>();
        for (int window = 0; window < shares.size(); window++) {
            for (var share : shares.get(window).entrySet()) {
                gains.add(new Partial.ShareGain(
                        window, share.getKey(), share.getValue().toGroupedAuc()));
            }
            shares.get(window).clear();
        }
        Partial partial = new Partial(scope, first, last, came, gained.toGroupedAuc(), gains, impressions);
        used = 0;
        if (buffers.size() > 1) {
            buffers.subList(1, buffers.size()).clear();
        }
        gained = new ShareSum();
        impressions = new Impressions();
        first = Long.MAX_VALUE;
        last = Long.MIN_VALUE;
        changed = false;
        lastWindow = NO_WINDOW;
        return partial;
    }

    /** There are only a few. */
    private PaneBuffer buffer(long pane, long openFrom) {
        for (int i = 0; i < used; i++) {
            if (buffers.get(i).pane == pane && buffers.get(i).openFrom == openFrom) {
                return buffers.get(i);
            }
        }
        if (used == buffers.size()) {
            buffers.add(new PaneBuffer());
        }
        PaneBuffer buffer = buffers.get(used++);
        buffer.begin(pane, openFrom);
        return buffer;
    }
}
