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
    private final Impressions impressions;
    private short[] nameOf;

    Observations(int bucket) {
        this(bucket, new NameDictionary(), new short[8], new Impressions());
    }

    /**
     * Observations from their parts.
     *
     * @param nameOf [impression], place of its names in the dictionary
     */
    Observations(int bucket, NameDictionary dictionary, short[] nameOf, Impressions impressions) {
        this.bucket = bucket;
        this.dictionary = dictionary;
        this.nameOf = nameOf;
        this.impressions = impressions;
    }

    @Override
    public void add(IncomingPrediction prediction) {
        int size = impressions.size();
        if (size == nameOf.length) {
            nameOf = Arrays.copyOf(nameOf, size + (size >> 1) + 1);
        }
        nameOf[size] = (short) dictionary.placeOf(prediction.names());
        impressions.add(prediction.eventTime(), prediction.user(), prediction.scoredLabel());
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
