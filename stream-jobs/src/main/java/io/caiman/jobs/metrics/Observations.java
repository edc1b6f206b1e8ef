package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.NameColumn;
import io.caiman.jobs.predictions.PredictionBatch;

/**
 * Predictions of the users of one bucket in columns, each different name once: what travels to the first stage and what it
 * keeps in its state.
 */
final class Observations implements PredictionBatch {

    private final int bucket;
    private final NameColumn names;
    private final Impressions impressions;

    Observations(int bucket) {
        this(bucket, new NameColumn(), new Impressions());
    }

    /** Observations from their parts, which are of the same predictions. */
    Observations(int bucket, NameColumn names, Impressions impressions) {
        this.bucket = bucket;
        this.names = names;
        this.impressions = impressions;
    }

    @Override
    public void add(IncomingPrediction prediction) {
        names.add(prediction.names());
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

    /** The names of each impression. */
    NameColumn names() {
        return names;
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
