package io.caiman.jobs.leaderboard;

import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.NameDictionary;
import io.caiman.jobs.predictions.PredictionBatch;
import java.util.Arrays;

/**
 * Predictions of the impressions of one bucket, 34 bytes each, the names in a dictionary: what travels to the pairing stage and
 * what it keeps in its state.
 */
final class Scores implements PredictionBatch {

    /** Numbers of each prediction: impression, user, event time, scored label. */
    static final int NUMBERS = 4;

    private final int bucket;
    private final NameDictionary dictionary;
    private int size;
    private short[] nameOf;
    private long[] rows;

    Scores(int bucket) {
        this(bucket, new NameDictionary(), 0, new short[8], new long[8 * NUMBERS]);
    }

    /** Predictions in arrays, which are handed over. */
    Scores(int bucket, NameDictionary dictionary, int size, short[] nameOf, long[] rows) {
        this.bucket = bucket;
        this.dictionary = dictionary;
        this.size = size;
        this.nameOf = nameOf;
        this.rows = rows;
    }

    @Override
    public void add(IncomingPrediction prediction) {
        if (size == nameOf.length) {
            nameOf = Arrays.copyOf(nameOf, 2 * size);
            rows = Arrays.copyOf(rows, 2 * size * NUMBERS);
        }
        int row = size * NUMBERS;
        rows[row] = prediction.impression();
        rows[row + 1] = prediction.user();
        rows[row + 2] = prediction.eventTime();
        rows[row + 3] = prediction.scoredLabel();
        nameOf[size++] = (short) dictionary.placeOf(prediction.names());
    }

    int bucket() {
        return bucket;
    }

    @Override
    public int size() {
        return size;
    }

    NameDictionary dictionary() {
        return dictionary;
    }

    /** Place of the i-th prediction's names in the dictionary. */
    int nameOf(int i) {
        return Short.toUnsignedInt(nameOf[i]);
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
