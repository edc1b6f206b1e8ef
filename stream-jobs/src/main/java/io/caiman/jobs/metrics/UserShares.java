package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The users of one task of the first stage: every score in the windows, and in the history of cumulative gAUC, of every user in
 * every scope, and what the users contribute to gAUC. Knows nothing of Flink.
 *
 * <p>At any time the users have contributed to the window of each length that closed last what their ranked scores in it give.
 * When the next one closes, only users active in the pane that comes in or in the one that goes out change that: theirs is
 * computed for both windows from their scores, and the difference handed on. Nothing else is remembered of a share, so it can
 * be restored from the scores alone.
 */
final class UserShares {

    /** Those that an impression counts in: its domain's and the one of all domains. */
    private static final int SCOPES = 2;

    private static final long NO_PANE = Long.MIN_VALUE;

    private final Panes panes;
    private final boolean countsLast;

    /** [bucket]. A batch is of one bucket, so that it finds its part of the memory in the cache. */
    private final UserTable[] users = new UserTable[Buckets.COUNT];

    private final Map<Names, ScopeGains[]> scopesOfNames = new HashMap<>();
    private final Map<Scope, ScopeGains> scopes = new HashMap<>();
    private final List<ScopeGains> byNumber = new ArrayList<>();
    private final List<ScopeGains> changed = new ArrayList<>();
    private final List<UserScores> unranked = new ArrayList<>();
    private final TreeMap<Long, List<UserScores>> active = new TreeMap<>();

    /** The entry of {@link #active} that was asked for last, mostly asked for again. */
    private List<UserScores> latestActive = List.of();

    private long latestActivePane = NO_PANE;

    /** [bucket], the last closed end. They differ only after a restore from buckets that were differently far. */
    private final long[] closed = new long[Buckets.COUNT];

    private long visits;

    UserShares(Panes panes, boolean countsLast) {
        this.panes = panes;
        this.countsLast = countsLast;
        Arrays.fill(closed, panes.nothingClosed());
        Arrays.setAll(users, bucket -> new UserTable());
    }

    /** The last closed end of a bucket. */
    long closed(int bucket) {
        return closed[bucket];
    }

    void setClosed(int bucket, long end) {
        closed[bucket] = end;
    }

    void add(Observations observations, LateCounters counters) {
        long closedHere = closed[observations.bucket()];
        ScopeGains[][] scopesOf = scopesOf(observations);
        for (ScopeGains[] own : scopesOf) {
            change(own[0]);
            change(own[1]);
        }
        Impressions impressions = observations.impressions();
        UserScores[] scores = scores(observations, scopesOf);
        for (int i = 0; i < impressions.size(); i++) {
            long eventTime = impressions.eventTime(i);
            long scoredLabel = impressions.scoredLabel(i);
            long pane = panes.start(eventTime);
            long openFrom = panes.openFrom(pane, closedHere);
            if (openFrom > pane + panes.length()) {
                counters.count(openFrom <= pane + panes.longest());
            }
            ScopeGains[] own = scopesOf[observations.nameOf(i)];
            for (int j = 0; j < SCOPES; j++) {
                own[j].add(pane, openFrom, eventTime, impressions.user(i), scoredLabel);
                keep(scores[SCOPES * i + j], scoredLabel, pane, closedHere);
            }
        }
    }

    /** Takes back what was told of before. */
    void restore(Observations observations) {
        long closedHere = closed[observations.bucket()];
        ScopeGains[][] scopesOf = scopesOf(observations);
        Impressions impressions = observations.impressions();
        UserScores[] scores = scores(observations, scopesOf);
        for (int i = 0; i < scores.length; i++) {
            keep(
                    scores[i],
                    impressions.scoredLabel(i / SCOPES),
                    panes.start(impressions.eventTime(i / SCOPES)),
                    closedHere);
        }
        unranked.forEach(this::rank);
        unranked.clear();
    }

    /** Hands on all that has come. */
    void flush(Consumer<Partial> out) {
        for (UserScores scores : unranked) {
            ScopeGains scope = byNumber.get(scores.scope());
            boolean late = scores.late();
            if (late) {
                correct(scores, scope, -1);
            }
            scores.addTo(scope.gained(), -1);
            rank(scores);
            scores.addTo(scope.gained(), 1);
            if (late) {
                correct(scores, scope, 1);
            }
        }
        unranked.clear();
        for (ScopeGains scope : changed) {
            out.accept(scope.take());
        }
        changed.clear();
    }

    /** Closes every end up to this one, after a {@link #flush}, and forgets what is no longer needed. */
    void close(long end, int[] buckets, Consumer<Partial> out) {
        long from = Long.MAX_VALUE;
        for (int bucket : buckets) {
            from = Math.min(from, closed[bucket]);
        }
        for (long next = nextChange(from); next <= end; next = nextChange(next)) {
            for (int window = 0; window < panes.windows().size(); window++) {
                visits++;
                long length = panes.windows().get(window);
                change(next - panes.length(), window, next);
                change(next - length - panes.length(), window, next);
            }
        }
        for (int bucket : buckets) {
            closed[bucket] = Math.max(closed[bucket], end);
        }
        expire(end);
        flush(out);
    }

    /** Whether a pane's scores are needed no longer. */
    boolean expired(long pane, int bucket) {
        return !panes.keeps(pane, closed[bucket]);
    }

    /** Users with scores, each in each of their scopes. */
    int size() {
        return Arrays.stream(users).mapToInt(UserTable::size).sum();
    }

    /**
     * [impression, scope], the scores of its user. By itself because the look-ups of a batch then wait for memory together.
     */
    private UserScores[] scores(Observations observations, ScopeGains[][] scopesOf) {
        Impressions impressions = observations.impressions();
        UserTable ofBucket = users[observations.bucket()];
        UserScores[] scores = new UserScores[SCOPES * impressions.size()];
        ofBucket.makeRoom(scores.length);
        for (int i = 0; i < impressions.size(); i++) {
            ScopeGains[] own = scopesOf[observations.nameOf(i)];
            for (int j = 0; j < SCOPES; j++) {
                scores[SCOPES * i + j] = ofBucket.get(impressions.user(i), own[j].number());
            }
        }
        return scores;
    }

    private void keep(UserScores scores, long scoredLabel, long pane, long closedHere) {
        if (panes.keeps(pane, closedHere) && scores.add(scoredLabel, pane, panes.isLate(pane, closedHere))) {
            unranked.add(scores);
        }
    }

    private void rank(UserScores scores) {
        boolean untilHistoryEnds = panes.history() < Panes.FOR_EVER;
        for (int i = 0; i < scores.unranked(); i++) {
            long pane = scores.unrankedPane(i);
            if (scores.newIn(pane)
                    && (untilHistoryEnds || panes.inSomeWindow(pane, closed[Buckets.of(scores.user())]))) {
                if (pane != latestActivePane) {
                    latestActive = active.computeIfAbsent(pane, start -> new ArrayList<>());
                    latestActivePane = pane;
                }
                latestActive.add(scores);
            }
        }
        scores.rank();
    }

    /**
     * Hands on what late scores change of the closed windows that may still change, and leaves all later ones as they would
     * be. Where none may change, the next window to close takes up the difference.
     */
    private void correct(UserScores scores, ScopeGains scope, int sign) {
        long last = closed[Buckets.of(scores.user())];
        long first = panes.firstOpen(last);
        for (int window = 0; window < panes.windows().size(); window++) {
            long length = panes.windows().get(window);
            if (first > last) {
                scores.addTo(scope.share(window, first), last - length, last, sign);
            }
            for (long end = first; end <= last; end += panes.length()) {
                scores.addTo(scope.share(window, end), end - length, end, sign);
                if (end < last) {
                    scores.addTo(scope.share(window, end + panes.length()), end - length, end, -sign);
                }
            }
        }
    }

    private void change(long pane, int window, long end) {
        long length = panes.windows().get(window);
        for (UserScores scores : active.getOrDefault(pane, List.of())) {
            if (scores.firstVisit(visits) && closed[Buckets.of(scores.user())] < end) {
                ScopeGains scope = byNumber.get(scores.scope());
                ShareSum share = scope.share(window, end);
                long before = end - panes.length();
                scores.addTo(share, before - length, before, -1);
                scores.addTo(share, end - length, end, 1);
                change(scope);
            }
        }
    }

    private void change(ScopeGains scope) {
        if (scope.change()) {
            changed.add(scope);
        }
    }

    /** The first end after this one at which a pane with users comes into a window or goes out of one. */
    private long nextChange(long end) {
        long next = entersOrLeaves(end, 0);
        for (long window : panes.windows()) {
            next = Math.min(next, entersOrLeaves(end, window));
        }
        return next;
    }

    private long entersOrLeaves(long end, long window) {
        Long pane = active.ceilingKey(end - window);
        return pane == null ? Long.MAX_VALUE : pane + window + panes.length();
    }

    private void expire(long end) {
        boolean limited = panes.history() < Panes.FOR_EVER;
        for (var first = active.firstEntry(); first != null; first = active.firstEntry()) {
            long pane = first.getKey();
            if (limited ? panes.keeps(pane, end) : panes.inSomeWindow(pane, end)) {
                return;
            }
            active.remove(pane);
            latestActivePane = NO_PANE;
            if (limited) {
                visits++;
                first.getValue().forEach(scores -> drop(scores, end));
            }
        }
    }

    private void drop(UserScores scores, long end) {
        if (scores.firstVisit(visits)) {
            ScopeGains scope = byNumber.get(scores.scope());
            scores.addTo(scope.gained(), -1);
            scores.dropBefore(end - panes.history());
            scores.addTo(scope.gained(), 1);
            change(scope);
        }
    }

    /** [place in the dictionary][scope of the domain, scope of all domains]. */
    private ScopeGains[][] scopesOf(Observations observations) {
        ScopeGains[][] all = new ScopeGains[observations.names()][];
        for (int place = 0; place < all.length; place++) {
            Names names = observations.name(place);
            ScopeGains[] own = scopesOfNames.get(names);
            if (own == null) {
                own = new ScopeGains[] {scope(names.domainScope()), scope(names.overallScope())};
                scopesOfNames.put(names, own);
            }
            all[place] = own;
        }
        return all;
    }

    private ScopeGains scope(Scope scope) {
        return scopes.computeIfAbsent(scope, s -> {
            ScopeGains gains =
                    new ScopeGains(s, byNumber.size(), panes.windows().size(), countsLast);
            byNumber.add(gains);
            return gains;
        });
    }
}
