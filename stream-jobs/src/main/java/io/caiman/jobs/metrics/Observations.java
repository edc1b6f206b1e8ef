package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.NameDictionary;
import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.PredictionBatch;
import java.util.Arrays;

/**
 * Predictions of the users of one bucket in columns, the names in a dictionary: what travels to the first stage and what it
 * keeps in its state.
 */
final class Observations implements PredictionBatch {

    private final int bucket;
    private final NameDictionary dictionary;
    private final Impressions impressions = new Impressions();
    private short[] nameOf = new short[8];

    Observations(int bucket) {
        this(bucket, new NameDictionary());
    }

    Observations(int bucket, NameDictionary dictionary) {
        this.bucket = bucket;
        this.dictionary = dictionary;
    }

    @Override
    public void add(IncomingPrediction prediction) {
        add(
                dictionary.placeOf(prediction.names()),
                prediction.user(),
                prediction.eventTime(),
                prediction.scoredLabel());
    }

    /**
     * Adds a prediction.
     *
     * @param place of its names in the dictionary
     */
    void add(int place, long user, long eventTime, long scoredLabel) {
        int size = impressions.size();
        if (size == nameOf.length) {
            nameOf = Arrays.copyOf(nameOf, size + (size >> 1));
        }
        nameOf[size] = (short) place;
        impressions.add(eventTime, user, scoredLabel);
    }

    int bucket() {
        return bucket;
    }

    @Override
    public int size() {
        return impressions.size();
    }

    Impressions impressions() {
        return impressions;
    }

    /** Place of the i-th impression's names in the dictionary. */
    int nameOf(int i) {
        return Short.toUnsignedInt(nameOf[i]);
    }

    NameDictionary dictionary() {
        return dictionary;
    }

    /** Number of different names. */
    int names() {
        return dictionary.size();
    }

    Names name(int place) {
        return dictionary.get(place);
    }

    /** The latest event time; there must be an impression. */
    long latest() {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < size(); i++) {
            latest = Math.max(latest, impressions.eventTime(i));
        }
        return latest;
    }
}
