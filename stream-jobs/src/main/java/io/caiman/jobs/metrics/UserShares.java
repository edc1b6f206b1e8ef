package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.Scope;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The users of one task of the first stage: every score in the windows, and in the history of cumulative gAUC, of every user,
 * and what the users contribute to gAUC. Knows nothing of Flink.
 *
 * <p>At any time the users have contributed to the window of each length that closed last what their ranked scores in it give.
 * When the next one closes, only users active in the pane that comes in or in the one that goes out change that: theirs is
 * computed for both windows from their scores, and the difference handed on. Nothing else is remembered of a share, so it can
 * be restored from the scores alone.
 *
 * <p><b>Memory</b> on the heap is 16 bytes for each score that is kept, whatever the number of domains, and room to grow by a
 * quarter; 4 bytes for each pane that a user was active in; and 100 to 130 bytes for each user and task of a model.
 */
final class UserShares {

    private static final long NO_PANE = Long.MIN_VALUE;

    private final Panes panes;

    /** [bucket]. A batch is of one bucket, so that it finds its part of the memory in the cache. */
    private final UserTable[] users = new UserTable[Buckets.COUNT];

    /** By the number of the names. */
    private final Long2ObjectMap<Place> places = new Long2ObjectOpenHashMap<>();

    private final Map<Scope, TaskGains> tasks = new HashMap<>();

    /** [key group of the scope]. */
    private final GroupGains[] groups = new GroupGains[Buckets.COUNT];

    /** Those that something is to be told of, in the order in which it came; before them those with a scope of all domains. */
    private final Deque<GroupGains> changed = new ArrayDeque<>();

    private final ShareChange shareChange = new ShareChange();
    private final List<UserScores> unranked = new ArrayList<>();
    private final TreeMap<Long, List<UserScores>> active = new TreeMap<>();

    /** The entry of {@link #active} that was asked for last, mostly asked for again. */
    private List<UserScores> latestActive = List.of();

    private long latestActivePane = NO_PANE;

    /** [bucket], the last closed end. They differ only after a restore from buckets that were differently far. */
    private final long[] closed = new long[Buckets.COUNT];

    private long visits;

    /** Where an impression counts: in a task of a model, and in one of its domains, of this number. */
    private record Place(TaskGains task, int domain, GroupGains group, int inGroup) {}

    UserShares(Panes panes, boolean countsLast) {
        this.panes = panes;
        Arrays.setAll(groups, group -> new GroupGains(panes.windows().size(), countsLast));
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
        Place[] placesOf = placesOf(observations);
        for (Place place : placesOf) {
            noteChanged(place.task().overall().group());
            noteChanged(place.group());
        }
        Impressions impressions = observations.impressions();
        UserScores[] scores = scores(observations, placesOf);
        for (int i = 0; i < impressions.size(); i++) {
            long eventTime = impressions.eventTime(i);
            long user = impressions.user(i);
            long scoredLabel = impressions.scoredLabel(i);
            long pane = panes.start(eventTime);
            long openFrom = panes.openFrom(pane, closedHere);
            if (openFrom > pane + panes.length()) {
                counters.count(openFrom <= pane + panes.longest());
            }
            Place place = placesOf[observations.names().placeOf(i)];
            ScopeGains overall = place.task().overall();
            overall.group().add(overall.place(), pane, openFrom, eventTime, user, scoredLabel);
            place.group().add(place.inGroup(), pane, openFrom, eventTime, user, scoredLabel);
            keep(scores[i], scoredLabel, pane, place.domain(), closedHere);
        }
    }

    /** Takes back what was told of before. */
    void restore(Observations observations) {
        long closedHere = closed[observations.bucket()];
        Place[] placesOf = placesOf(observations);
        Impressions impressions = observations.impressions();
        UserScores[] scores = scores(observations, placesOf);
        for (int i = 0; i < scores.length; i++) {
            keep(
                    scores[i],
                    impressions.scoredLabel(i),
                    panes.start(impressions.eventTime(i)),
                    placesOf[observations.names().placeOf(i)].domain(),
                    closedHere);
        }
        for (UserScores restored : unranked) {
            rank(restored);
            restored.settle();
        }
        unranked.clear();
    }

    /**
     * Hands on what has come.
     *
     * @param most as soon as so many scopes, or more, were handed on, the rest waits; those go first that have waited longest,
     *     but first of all the ones of all domains
     */
    void flush(int most, Consumer<Partials> out) {
        for (UserScores scores : unranked) {
            boolean late = scores.late();
            rank(scores);
            shareChange.compute(scores, ShareChange.Part.ALL_BUT_NEW, ShareChange.Part.ALL);
            addCumulative(scores.task());
            if (late) {
                correct(scores);
            }
            scores.settle();
        }
        unranked.clear();
        for (int told = 0; told < most && !changed.isEmpty(); ) {
            Partials partials = changed.removeFirst().take();
            told += partials.each().size();
            out.accept(partials);
        }
    }

    /** Whether there is more to hand on. */
    boolean anyChanged() {
        return !changed.isEmpty();
    }

    /** Closes every end up to this one, hands on all that has come and forgets what is no longer needed. */
    void close(long end, int[] buckets, Consumer<Partials> out) {
        flush(0, out);
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
        flush(Integer.MAX_VALUE, out);
    }

    /** Whether a pane's scores are needed no longer. */
    boolean expired(long pane, int bucket) {
        return !panes.keeps(pane, closed[bucket]);
    }

    /** Users with scores, each in each of their tasks. */
    int size() {
        return Arrays.stream(users).mapToInt(UserTable::size).sum();
    }

    /**
     * [impression], the scores of its user. By itself because the look-ups of a batch then wait for memory together.
     */
    private UserScores[] scores(Observations observations, Place[] placesOf) {
        Impressions impressions = observations.impressions();
        UserTable ofBucket = users[observations.bucket()];
        UserScores[] scores = new UserScores[impressions.size()];
        ofBucket.makeRoom(scores.length);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = ofBucket.get(
                    impressions.user(i), placesOf[observations.names().placeOf(i)].task());
        }
        return scores;
    }

    private void keep(UserScores scores, long scoredLabel, long pane, int domain, long closedHere) {
        if (panes.keeps(pane, closedHere)
                && scores.add(scoredLabel, panes.number(pane), domain, panes.isLate(pane, closedHere))) {
            unranked.add(scores);
        }
    }

    private void rank(UserScores scores) {
        boolean untilHistoryEnds = panes.history() < Panes.FOR_EVER;
        for (int i = 0; i < scores.unranked(); i++) {
            long pane = scores.unrankedPane(i) * panes.length();
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

    /** Hands on a change of what a user contributes to cumulative gAUC. */
    private void addCumulative(TaskGains task) {
        for (int i = 0; i < shareChange.scopes(); i++) {
            if (shareChange.contributes(i)) {
                ScopeGains scope = shareChange.scope(task, i);
                shareChange.addTo(scope.gained(), i, 1);
                noteChanged(scope.group());
            }
        }
    }

    /** Hands on, or takes back, a change of what a user contributes to the window that ends here. */
    private void addToWindow(TaskGains task, int window, long end, int sign) {
        for (int i = 0; i < shareChange.scopes(); i++) {
            if (shareChange.contributes(i)) {
                ScopeGains scope = shareChange.scope(task, i);
                shareChange.addTo(scope.share(window, end), i, sign);
                noteChanged(scope.group());
            }
        }
    }

    /**
     * Hands on what late scores change of the closed windows that may still change, and leaves all later ones as they would
     * be. Where none may change, the next window to close takes up the difference.
     */
    private void correct(UserScores scores) {
        long last = closed[Buckets.of(scores.user())];
        long first = panes.firstOpen(last);
        for (int window = 0; window < panes.windows().size(); window++) {
            long length = panes.windows().get(window);
            if (first > last) {
                shareChange.compute(scores, part(last - length, last, false), part(last - length, last, true));
                addToWindow(scores.task(), window, first, 1);
            }
            for (long end = first; end <= last; end += panes.length()) {
                shareChange.compute(scores, part(end - length, end, false), part(end - length, end, true));
                addToWindow(scores.task(), window, end, 1);
                if (end < last) {
                    addToWindow(scores.task(), window, end + panes.length(), -1);
                }
            }
        }
    }

    private void change(long pane, int window, long end) {
        long length = panes.windows().get(window);
        ShareChange.Part before = part(end - panes.length() - length, end - panes.length(), true);
        ShareChange.Part after = part(end - length, end, true);
        for (UserScores scores : active.getOrDefault(pane, List.of())) {
            if (scores.firstVisit(visits) && closed[Buckets.of(scores.user())] < end) {
                shareChange.compute(scores, before, after);
                addToWindow(scores.task(), window, end, 1);
            }
        }
    }

    /** The scores of the panes that start in [from, to). */
    private ShareChange.Part part(long from, long to, boolean withNew) {
        return new ShareChange.Part(
                UserScores.firstStamp(panes.number(from)), UserScores.firstStamp(panes.number(to)), withNew);
    }

    private void noteChanged(GroupGains group) {
        if (group.change()) {
            if (group.hasOverall()) {
                changed.addFirst(group);
            } else {
                changed.addLast(group);
            }
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
            long first = panes.firstNumberFrom(end - panes.history());
            shareChange.compute(
                    scores,
                    ShareChange.Part.ALL,
                    new ShareChange.Part(UserScores.firstStamp(first), Long.MAX_VALUE, true));
            addCumulative(scores.task());
            scores.dropBefore(first);
        }
    }

    /** [place of the names]. */
    private Place[] placesOf(Observations observations) {
        Place[] all = new Place[observations.names().distinct()];
        for (int i = 0; i < all.length; i++) {
            long number = observations.names().number(i);
            Place place = places.get(number);
            if (place == null) {
                place = place(observations.names().get(i));
                places.put(number, place);
            }
            all[i] = place;
        }
        return all;
    }

    private Place place(Names names) {
        TaskGains task =
                tasks.computeIfAbsent(names.overall().scope(), overall -> new TaskGains(tasks.size(), gains(overall)));
        ScopeGains gains = gains(names.scope());
        return new Place(task, task.add(gains), gains.group(), gains.place());
    }

    private ScopeGains gains(Scope scope) {
        return groups[Buckets.ofKey(scope)].add(scope);
    }
}
