package io.caiman.jobs.leaderboard;

import io.caiman.model.embedding.RowKeys;
import java.util.Arrays;

/** Impressions that both models scored, in the order in which the pairs came, 40 bytes each. */
final class Pairs {

    /** Numbers of each pair: event time, then those that a {@link PairSample} keeps. */
    static final int NUMBERS = 1 + PairSample.NUMBERS;

    private static final int FIRST_ROOM = 16;

    private int size;
    private long[] rows;

    Pairs() {
        this(0, new long[FIRST_ROOM * NUMBERS]);
    }

    /** Pairs in an array, which is handed over. */
    Pairs(int size, long[] rows) {
        this.size = size;
        this.rows = rows;
    }

    /**
     * A number that looks random and is the same whatever the order in which impressions come: those with the least numbers are
     * a uniform sample. The same for all tasks.
     *
     * @param impression see {@link io.caiman.jobs.predictions.IncomingPrediction#impression}
     */
    static long rank(long impression) {
        return RowKeys.mix(impression);
    }

    /**
     * Adds a pair.
     *
     * @param eventTime of the impression, ms since the epoch
     * @param rank see {@link #rank}
     * @param user hash of the user
     * @param baseline the baseline's score with the label, see {@link io.caiman.model.evaluation.ScoredLabel}
     * @param score the other model's score, in [0, 1]
     */
    void add(long eventTime, long rank, long user, long baseline, double score) {
        makeRoom();
        int row = size * NUMBERS;
        rows[row] = eventTime;
        rows[row + 1] = rank;
        rows[row + 2] = user;
        rows[row + 3] = baseline;
        rows[row + 4] = Double.doubleToRawLongBits(score);
        size++;
    }

    /** Adds one of other pairs. */
    void add(Pairs others, int i) {
        makeRoom();
        System.arraycopy(others.rows, i * NUMBERS, rows, size * NUMBERS, NUMBERS);
        size++;
    }

    private void makeRoom() {
        if (size * NUMBERS == rows.length) {
            rows = Arrays.copyOf(rows, 2 * rows.length);
        }
    }

    int size() {
        return size;
    }

    long eventTime(int i) {
        return rows[i * NUMBERS];
    }

    long rank(int i) {
        return rows[i * NUMBERS + 1];
    }

    /** All rows one behind the other, with room for more. */
    long[] rows() {
        return rows;
    }
}
