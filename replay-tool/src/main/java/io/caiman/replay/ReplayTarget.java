package io.caiman.replay;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import net.openhft.hashing.LongHashFunction;

/** The topics a replay writes to: what they hold already, and a way to append. */
interface ReplayTarget extends AutoCloseable {

    /** Fingerprint of the record that says the log has ended. */
    long END_OF_LOG = -1;

    /**
     * What a partition of the impressions topic holds.
     *
     * @param records how many
     * @param first fingerprint of the first, if there is one
     * @param last fingerprint of the last, if there is one
     */
    record Held(long records, long first, long last) {

        static final Held NOTHING = new Held(0, 0, 0);
    }

    /** Fingerprint of an impression's bytes. */
    static long fingerprint(byte[] value) {
        return LongHashFunction.xx3().hashBytes(value);
    }

    /** Name of the impressions topic. */
    String topic();

    int partitions();

    Held held(int partition);

    /** Whether the dead letters have this line already. */
    boolean holds(FileOrigin badLine);

    /** The broker deletes impressions of event times before this, in milliseconds since the epoch. */
    long keptFromMs();

    void sendImpression(int partition, byte[] user, byte[] impression, long eventTimeMs) throws InterruptedException;

    void sendEndOfLog(int partition, long eventTimeMs) throws InterruptedException;

    void sendBadLine(DeadLetter letter) throws InterruptedException;

    /** Returns when all is acknowledged. */
    void flush() throws InterruptedException;

    /** Lets go at once, whatever is not acknowledged. */
    @Override
    void close();
}
