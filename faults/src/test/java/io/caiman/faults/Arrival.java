package io.caiman.faults;

import io.caiman.schemas.avro.Prediction;

/**
 * A prediction as the metrics job got it.
 *
 * @param closed end of the last window that was published when it came, ms; {@link #IN_TIME} if it came before all of its own
 */
record Arrival(Prediction prediction, long closed) {

    static final long IN_TIME = 0;

    long time() {
        return prediction.getEventTimeMs();
    }
}
