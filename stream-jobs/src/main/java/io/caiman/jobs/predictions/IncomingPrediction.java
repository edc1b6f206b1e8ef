package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.SerializerType;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Prediction;
import java.util.Optional;
import net.openhft.hashing.LongHashFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * What is needed of one prediction to measure or compare it, or the dead letter of a record that is none. A source fills the same object again and
 * again: who keeps something of it copies that.
 */
public final class IncomingPrediction {

    /** Event time of a record that is no prediction. */
    static final long NO_TIME = Long.MIN_VALUE;

    private static final LongHashFunction HASH = LongHashFunction.xx3();

    private Names names = Names.NONE;
    private long impression;
    private long user;
    private long eventTime = NO_TIME;
    private long scoredLabel;

    private @Nullable DeadLetter letter;

    /** Its type, for a stream of them. */
    public static TypeInformation<IncomingPrediction> type() {
        return SerializerType.of(IncomingPrediction.class, IncomingPredictionSerializer.INSTANCE);
    }

    /** What is needed of a prediction, which must be a valid one. */
    public static IncomingPrediction of(Prediction prediction) {
        IncomingPrediction incoming = new IncomingPrediction();
        incoming.set(
                Names.of(Scope.ofDomain(prediction.getModel(), prediction.getTask(), prediction.getDomain())),
                impression(prediction.getImpressionPartition(), prediction.getImpressionOffset()),
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

    /** As {@link #user(byte[], int, int)}, of a text. */
    public static long user(String name) {
        byte[] utf8 = Names.utf8(name);
        return user(utf8, 0, utf8.length);
    }

    /** The number of an impression: a hash of its partition and offset, no two of one partition having the same. */
    static long impression(int partition, long offset) {
        return RowKeys.key(partition, offset);
    }

    void set(Names ofPrediction, long ofImpression, long ofUser, long atTime, long scored) {
        names = ofPrediction;
        impression = ofImpression;
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

    /** Whether this is a prediction, and all of the following but the letter is set. */
    public boolean isPrediction() {
        return eventTime != NO_TIME;
    }

    /** Model, task and domain. */
    public Names names() {
        return names;
    }

    /** A hash of where the impression lies in its topic: the same for all models. */
    public long impression() {
        return impression;
    }

    /** A hash of the user's name. */
    public long user() {
        return user;
    }

    /** Of the impression, ms since the epoch. */
    public long eventTime() {
        return eventTime;
    }

    /** Score and label, see {@link ScoredLabel}. */
    public long scoredLabel() {
        return scoredLabel;
    }

    /** Why the record cannot be used, if so. */
    public Optional<DeadLetter> letter() {
        return Optional.ofNullable(letter);
    }
}
