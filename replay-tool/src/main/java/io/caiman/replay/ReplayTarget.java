package io.caiman.replay;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.util.List;
import net.openhft.hashing.LongHashFunction;

/** The topics a replay writes to: what they hold already, and a way to append. */
interface ReplayTarget extends AutoCloseable {

    /** Fingerprint of the record that says the log has ended. */
    long END_OF_LOG = -1;

    /**
     * What a partition holds.
     *
     * @param records how many
     * @param first fingerprint of the first, if there is one
     * @param last fingerprint of the last, if there is one
     */
    record Held(long records, long first, long last) {

        static final Held NOTHING = new Held(0, 0, 0);
    }

    /** Fingerprint of a record's bytes. */
    static long fingerprint(byte[] value) {
        return LongHashFunction.xx3().hashBytes(value);
    }

    /** The topics with a log's records in order. */
    enum Kind {
        IMPRESSIONS,
        FEEDBACK
    }

    String topic(Kind kind);

    /** What the topic's partitions held before. */
    List<Held> held(Kind kind);

    /** Whether the dead letters have this line already. */
    boolean holds(FileOrigin badLine);

    /** The broker deletes impressions of event times before this, in milliseconds since the epoch. */
    long keptFromMs();

    void send(Kind kind, int partition, byte[] user, byte[] record, long eventTimeMs) throws InterruptedException;

    void sendEndOfLog(Kind kind, int partition, long eventTimeMs) throws InterruptedException;

    void sendBadLine(DeadLetter letter) throws InterruptedException;

    /** Returns when all is acknowledged. */
    void flush() throws InterruptedException;

    /** Lets go at once, whatever is not acknowledged. */
    @Override
    void close();
}
