package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.model.evaluation.ScoredLabel;
import java.util.Arrays;

/**
 * The latest impressions of a scope by event time, for count windows, and those that are still to be counted. Of impressions of
 * the same millisecond it is left open which is the later one.
 */
final class LastImpressions {

    private static final int POSITION_BITS = 24;

    /** Span of event time, ms, that fits above a position: 17 years. */
    private static final long LONGEST_SPAN = 1L << (Long.SIZE - 1 - POSITION_BITS);

    private final int most;
    private Impressions kept;

    /** Of {@link #kept}, how many at its beginning are in order and counted. */
    private int counted;

    /**
     * Keeps the impressions of count windows of up to so many.
     *
     * @param kept in any order; to be counted again
     */
    LastImpressions(int most, Impressions kept) {
        this.most = most;
        this.kept = kept;
    }

    /**
     * The figures of the latest impressions.
     *
     * @param first earliest event time, ms
     * @param last latest event time, ms
     */
    record Window(long first, long last, QualitySums sums, RankedScores scores, GroupedAuc grouped) {}

    void addAll(Impressions impressions) {
        kept.addAll(impressions);
    }

    Impressions kept() {
        return kept;
    }

    /** Counts the impressions before an event time, ms, and drops those that no window is over; says whether any came in. */
    boolean countBefore(long end) {
        if (kept.size() == counted) {
            return false;
        }
        long[] order = inOrder();
        int before = 0;
        boolean anyNew = false;
        while (before < order.length && kept.eventTime(position(order[before])) < end) {
            anyNew |= position(order[before]) >= counted;
            before++;
        }
        if (!anyNew) {
            return false;
        }
        Impressions next = new Impressions();
        for (int i = Math.max(0, before - most); i < order.length; i++) {
            int position = position(order[i]);
            next.add(kept.eventTime(position), kept.user(position), kept.scoredLabel(position));
        }
        kept = next;
        counted = Math.min(before, most);
        return true;
    }

    /** The figures of the latest so many counted impressions, of which there must be one. */
    Window window(int size) {
        int from = Math.max(0, counted - size);
        int count = counted - from;
        long[] scoredLabels = new long[count];
        double[] scores = new double[count];
        boolean[] labels = new boolean[count];
        long[] users = new long[count];
        for (int i = 0; i < count; i++) {
            scoredLabels[i] = kept.scoredLabel(from + i);
            scores[i] = ScoredLabel.score(scoredLabels[i]);
            labels[i] = ScoredLabel.label(scoredLabels[i]);
            users[i] = kept.user(from + i);
        }
        return new Window(
                kept.eventTime(from),
                kept.eventTime(counted - 1),
                QualitySums.ofEncoded(scoredLabels),
                RankedScores.ofEncoded(scoredLabels),
                GroupedAuc.of(numbered(users), scores, labels));
    }

    /** The same number for the same user. */
    private static int[] numbered(long[] users) {
        long[] distinct = Arrays.stream(users).sorted().distinct().toArray();
        int[] numbers = new int[users.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Arrays.binarySearch(distinct, users[i]);
        }
        return numbers;
    }

    /**
     * Positions of all impressions by event time, each with the time above it. Those that are too far before the latest one
     * come first, as they stand.
     */
    private long[] inOrder() {
        if (kept.size() >= 1 << POSITION_BITS) {
            throw new IllegalStateException(
                    "%d impressions of one scope wait for the watermark: expected fewer than %d; are some partitions far ahead of others?"
                            .formatted(kept.size(), 1 << POSITION_BITS));
        }
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < kept.size(); i++) {
            latest = Math.max(latest, kept.eventTime(i));
        }
        long from = latest - LONGEST_SPAN + 1;
        long[] order = new long[kept.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = (Math.max(0, kept.eventTime(i) - from) << POSITION_BITS) | i;
        }
        Arrays.sort(order);
        return order;
    }

    private static int position(long ordered) {
        return (int) ordered & ((1 << POSITION_BITS) - 1);
    }
}
