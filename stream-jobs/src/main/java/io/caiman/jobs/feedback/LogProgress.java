package io.caiman.jobs.feedback;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the partitions of some logs have been read, in event time. The slowest one counts: when it has passed a time, no
 * record of that time or an earlier one will come any more.
 *
 * <p>That holds by what the time of a record is taken to be: its event time, or the latest before it in its partition if
 * that is later. So it depends on the partition alone, not on how partitions were interleaved, even where a log is not in
 * order of event time.
 *
 * <p>Only two kinds of partitions come too late to be waited for, and their records may count as of the earliest time that
 * is not over yet: one that was not known at the start, and one that was quiet for so long that it was passed over.
 */
final class LogProgress {

    private static final long NOTHING_READ = Long.MIN_VALUE;
    private static final long ENDED = Long.MAX_VALUE;

    private final Map<TopicPartition, Long> latest = new HashMap<>();
    private final Set<TopicPartition> heard = new HashSet<>();
    private final Set<TopicPartition> quiet = new HashSet<>();
    private long over = NOTHING_READ;

    /** Partitions to wait for, none of them read yet. */
    LogProgress(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> latest.put(partition, NOTHING_READ));
    }

    /** Takes up what {@link #latest()} gave. */
    void restore(Map<TopicPartition, Long> stored) {
        latest.putAll(stored);
        over = passed();
    }

    /**
     * By partition, the latest time of its records: what there is to store. One that was passed over has the earliest that its
     * next record may have, so that what is over stays over.
     */
    Map<TopicPartition, Long> latest() {
        Map<TopicPartition, Long> stored = new HashMap<>(latest);
        if (over != NOTHING_READ && over != ENDED) {
            stored.replaceAll((partition, time) -> Math.max(time, over + 1));
        }
        return stored;
    }

    /** The time of a partition's next record, in ms, if it has this event time. */
    long read(TopicPartition partition, long eventTimeMs) {
        long time = Math.max(eventTimeMs, readUntimed(partition));
        latest.put(partition, time);
        return time;
    }

    /** The time of a partition's next record, in ms, if it has no event time of its own. */
    long readUntimed(TopicPartition partition) {
        hear(partition);
        return Math.max(latest.getOrDefault(partition, NOTHING_READ), over + 1);
    }

    /** The partition has no more records; if one comes all the same, its time is the end of all time. */
    void end(TopicPartition partition) {
        hear(partition);
        latest.put(partition, ENDED);
    }

    private void hear(TopicPartition partition) {
        heard.add(partition);
        quiet.remove(partition);
    }

    /** From now on, and until they are read again, partitions hold back nobody that were not read since this was last said. */
    void passOverQuiet() {
        latest.forEach((partition, time) -> {
            if (time != ENDED && !heard.contains(partition)) {
                quiet.add(partition);
            }
        });
        heard.clear();
    }

    /** Whether all partitions have ended. */
    boolean isEnded() {
        return latest.values().stream().allMatch(time -> time == ENDED);
    }

    /**
     * Passes as much time as can be.
     *
     * @return the latest time, in ms, that is over: {@code Long.MAX_VALUE} if all partitions have ended,
     *     {@code Long.MIN_VALUE} if one of them was not read yet and not passed over
     */
    long pass() {
        over = Math.max(over, passed());
        return over;
    }

    private long passed() {
        long slowest = ENDED;
        for (Map.Entry<TopicPartition, Long> partition : latest.entrySet()) {
            if (!quiet.contains(partition.getKey())) {
                slowest = Math.min(slowest, partition.getValue());
            }
        }
        if (slowest == ENDED) {
            // Those that were passed over may go on where they were.
            return isEnded() ? ENDED : over;
        }
        // There may be more records of the slowest partition's latest time.
        return slowest == NOTHING_READ ? NOTHING_READ : slowest - 1;
    }

    /** Forgets all times, as if no partition had been read. */
    void beginAnew() {
        latest.replaceAll((partition, time) -> NOTHING_READ);
        over = NOTHING_READ;
    }
}
