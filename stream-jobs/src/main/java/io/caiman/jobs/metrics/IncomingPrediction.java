package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Prediction;
import java.util.Optional;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * What this job needs of one prediction, or the dead letter of a record that is none. A source fills the same object again and
 * again: who keeps something of it copies that.
 */
final class IncomingPrediction {

    /** Event time of a record that is no prediction. */
    static final long NO_TIME = Long.MIN_VALUE;

    private static final LongHashFunction HASH = LongHashFunction.xx3();

    private Names names = Names.NONE;
    private long user;
    private long eventTime = NO_TIME;
    private long scoredLabel;

    private @Nullable DeadLetter letter;

    static IncomingPrediction of(Prediction prediction) {
        IncomingPrediction incoming = new IncomingPrediction();
        incoming.set(
                Names.of(prediction.getModel(), prediction.getTask(), prediction.getDomain()),
                user(prediction.getUser()),
                prediction.getEventTimeMs(),
                ScoredLabel.encode(prediction.getScore(), prediction.getLabel()));
        return incoming;
    }

    /**
     * The number of a user: the XXH3 hash of the name. Of n users two share a number with probability {@code n^2 / 2^65}, for a
     * million users 3e-8.
     */
    static long user(byte[] utf8, int from, int length) {
        return HASH.hashBytes(utf8, from, length);
    }

    static long user(String name) {
        byte[] utf8 = Names.utf8(name);
        return user(utf8, 0, utf8.length);
    }

    void set(Names ofPrediction, long ofUser, long atTime, long scored) {
        names = ofPrediction;
        user = ofUser;
        eventTime = atTime;
        scoredLabel = scored;
        letter = null;
    }

    void refuse(DeadLetter why) {
        letter = why;
        eventTime = NO_TIME;
    }

    /** The end of the log, which is neither prediction nor letter. */
    void setNothing() {
        eventTime = NO_TIME;
        letter = null;
    }

    boolean isPrediction() {
        return eventTime != NO_TIME;
    }

    Names names() {
        return names;
    }

    long user() {
        return user;
    }

    long eventTime() {
        return eventTime;
    }

    long scoredLabel() {
        return scoredLabel;
    }

    Optional<DeadLetter> letter() {
        return Optional.ofNullable(letter);
    }
}
