package io.caiman.jobs.leaderboard;

import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.NameColumn;
import io.caiman.jobs.predictions.PredictionBatch;
import java.util.Arrays;

/**
 * Predictions of the impressions of one bucket, 34 bytes each and each different name once: what travels to the pairing stage and
 * what it keeps in its state.
 */
final class Scores implements PredictionBatch {

    /** Numbers of each prediction: impression, user, event time, scored label. */
    static final int NUMBERS = 4;

    private final int bucket;
    private final NameColumn names;
    private int size;
    private long[] rows;

    Scores(int bucket) {
        this(bucket, new NameColumn(), new long[8 * NUMBERS]);
    }

    /** Predictions in arrays, which are handed over. */
    Scores(int bucket, NameColumn names, long[] rows) {
        this.bucket = bucket;
        this.names = names;
        this.size = names.size();
        this.rows = rows;
    }

    @Override
    public void add(IncomingPrediction prediction) {
        int row = size * NUMBERS;
        if (row == rows.length) {
            rows = Arrays.copyOf(rows, 2 * row);
        }
        rows[row] = prediction.impression();
        rows[row + 1] = prediction.user();
        rows[row + 2] = prediction.eventTime();
        rows[row + 3] = prediction.scoredLabel();
        names.add(prediction.names());
        size++;
    }

    int bucket() {
        return bucket;
    }

    @Override
    public int size() {
        return size;
    }

    /** The names of each prediction. */
    NameColumn names() {
        return names;
    }

    long impression(int i) {
        return rows[i * NUMBERS];
    }

    long user(int i) {
        return rows[i * NUMBERS + 1];
    }

    long eventTime(int i) {
        return rows[i * NUMBERS + 2];
    }

    /** See {@link io.caiman.model.evaluation.ScoredLabel}. */
    long scoredLabel(int i) {
        return rows[i * NUMBERS + 3];
    }

    /** The latest event time; there must be a prediction. */
    long latest() {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < size; i++) {
            latest = Math.max(latest, eventTime(i));
        }
        return latest;
    }

    /** All rows one behind the other, with room for more. */
    long[] rows() {
        return rows;
    }
}
