package io.caiman.replay;

import java.util.function.Supplier;

/**
 * How far a replay is in one topic. What a partition receives follows from the log, its options and the number of partitions
 * alone, and a replay that stops leaves a prefix of it: so as many records are passed over as the partition holds. The first
 * and the last of them must be those the log has there.
 */
final class TopicCursor {

    private final ReplayTarget.Kind kind;
    private final String topic;
    private final ReplayTarget.Held[] held;

    /** Records of each partition that were dealt with. */
    private final long[] done;

    TopicCursor(ReplayTarget target, ReplayTarget.Kind kind) {
        this.kind = kind;
        this.topic = target.topic(kind);
        this.held = target.held(kind).toArray(ReplayTarget.Held[]::new);
        this.done = new long[held.length];
    }

    ReplayTarget.Kind kind() {
        return kind;
    }

    int partitions() {
        return held.length;
    }

    /**
     * Goes over the next record of a partition.
     *
     * @param bytes its value, asked for only where it is compared
     * @return whether the partition holds it already
     * @throws ReplayException if the partition holds something else there
     */
    boolean passOver(int partition, Supplier<byte[]> bytes) {
        long place = done[partition]++;
        ReplayTarget.Held there = held[partition];
        if (place >= there.records()) {
            return false;
        }
        if (place == 0 || place == there.records() - 1) {
            requireSame(partition, place, ReplayTarget.fingerprint(bytes.get()));
        }
        return true;
    }

    /** The same for the record that says the log has ended, behind which there must be nothing. */
    boolean passOverEnd(int partition) {
        long place = done[partition]++;
        long records = held[partition].records();
        if (place >= records) {
            return false;
        }
        requireSame(partition, place, ReplayTarget.END_OF_LOG);
        if (records > done[partition]) {
            throw otherData(partition, done[partition]);
        }
        return true;
    }

    private void requireSame(int partition, long place, long fingerprint) {
        ReplayTarget.Held there = held[partition];
        boolean sameAsFirst = place != 0 || fingerprint == there.first();
        boolean sameAsLast = place != there.records() - 1 || fingerprint == there.last();
        if (!sameAsFirst || !sameAsLast) {
            throw otherData(partition, place);
        }
    }

    private ReplayException otherData(int partition, long offset) {
        return new ReplayException(
                "topic %s, partition %d, offset %d: holds a record that is not from this log with these options, so the replay cannot go on there. Choose another --topic-prefix (in a demo: another --work-dir), or delete the topic."
                        .formatted(topic, partition, offset));
    }
}
