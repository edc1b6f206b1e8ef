package io.caiman.dashboard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What moves through the topics.
 *
 * @param sent the impressions sent so far, by partition; empty while there is no such topic
 * @param sentPerSecond how fast they come; empty when nothing moves
 * @param dataset what the latest impression says it is from
 * @param provenance what the latest impression says its log was made from
 * @param groups how far those who read the topics are behind, the furthest first
 * @param problem why some of this is not known
 */
record Traffic(
        List<Partition> sent,
        OptionalDouble sentPerSecond,
        Optional<String> dataset,
        Optional<String> provenance,
        List<Group> groups,
        Optional<String> problem) {

    /**
     * A partition of the impressions.
     *
     * @param records in it
     * @param latestMs event time of the last of them
     * @param ended whether the log says that no more will come
     */
    record Partition(int partition, long records, OptionalLong latestMs, boolean ended) {}

    /**
     * A consumer group's way through one topic.
     *
     * @param records in the partitions it reads
     * @param lag how many of them it has yet to commit
     */
    record Group(String group, String topic, long records, long lag) {

        Group plus(Group other) {
            return new Group(group, topic, records + other.records, lag + other.lag);
        }
    }

    Traffic withRate(OptionalDouble perSecond) {
        return new Traffic(sent, perSecond, dataset, provenance, groups, problem);
    }

    /** Impressions in all partitions. */
    long records() {
        return sent.stream().mapToLong(Partition::records).sum();
    }
}
