package io.caiman.jobs.feedback;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the partitions of some logs have been read, in event time. The slowest one counts: when it has passed a time, no
 * record of that time or an earlier one will come any more.
 *
 * <p>That holds by what the time of a record is taken to be: its event time, or the latest before it in its partition if
 * that is later. So it depends on the partition alone, not on how partitions were interleaved, even where a log is not in
 * order of event time.
 *
 * <p>Only a partition that was not known at the start and is found while the logs are read comes too late to be waited
 * for: its records count as of the time that is not over yet.
 */
final class LogProgress {

    private static final long NOTHING_READ = Long.MIN_VALUE;
    private static final long ENDED = Long.MAX_VALUE;

    private final Map<TopicPartition, Long> latest = new HashMap<>();
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

    /** By partition, the latest time of its records: what there is to store. */
    Map<TopicPartition, Long> latest() {
        return Map.copyOf(latest);
    }

    /** The time of a partition's next record, in ms, if it has this event time. */
    long read(TopicPartition partition, long eventTimeMs) {
        long time = Math.max(eventTimeMs, readUntimed(partition));
        latest.put(partition, time);
        return time;
    }

    /** The time of a partition's next record, in ms, if it has no event time of its own. */
    long readUntimed(TopicPartition partition) {
        return Math.max(latest.getOrDefault(partition, NOTHING_READ), over + 1);
    }

    /** The partition has no more records; if one comes all the same, its time is the end of all time. */
    void end(TopicPartition partition) {
        latest.put(partition, ENDED);
    }

    /** Whether all partitions have ended. */
    boolean isEnded() {
        return passed() == ENDED;
    }

    /**
     * Passes as much time as can be.
     *
     * @return the latest time, in ms, that is over: {@code Long.MAX_VALUE} if all partitions have ended,
     *     {@code Long.MIN_VALUE} if one of them was not read yet
     */
    long pass() {
        over = Math.max(over, passed());
        return over;
    }

    /** There are more records of the slowest partition's latest time, perhaps. */
    private long passed() {
        long slowest = latest.values().stream().mapToLong(time -> time).min().orElse(NOTHING_READ);
        return slowest == NOTHING_READ || slowest == ENDED ? slowest : slowest - 1;
    }

    /** Forgets all times, as if no partition had been read. */
    void beginAnew() {
        latest.replaceAll((partition, time) -> NOTHING_READ);
        over = NOTHING_READ;
    }
}
