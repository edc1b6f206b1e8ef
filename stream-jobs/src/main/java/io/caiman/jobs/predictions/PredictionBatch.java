package io.caiman.jobs.predictions;

/** Predictions of one bucket that travel together. */
public interface PredictionBatch {

    /** Adds a prediction, of which nothing is kept but what is copied. */
    void add(IncomingPrediction prediction);

    /** Number of predictions. */
    int size();
}
