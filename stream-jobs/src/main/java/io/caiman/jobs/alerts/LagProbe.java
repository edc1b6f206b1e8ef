package io.caiman.jobs.alerts;

import io.caiman.jobs.connect.KafkaConnection;
import java.io.Serializable;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far consumer groups are behind. */
@FunctionalInterface
interface LagProbe extends Serializable {

    /** Records that a group has yet to commit, of the partitions it has committed to; empty where that is not known. */
    OptionalLong lag(String group) throws InterruptedException;

    /** Asks the brokers, with a connection for each question: there are few. */
    static LagProbe of(KafkaConnection connection) {
        return new OfBrokers(connection.properties());
    }

    /** Asks the brokers. */
    final class OfBrokers implements LagProbe {
        private static final long serialVersionUID = 1;
        private static final Logger LOG = LoggerFactory.getLogger(LagProbe.class);
        private static final long PATIENCE_SECONDS = 5;

        private final Properties connection;

        private OfBrokers(Properties connection) {
            this.connection = connection;
        }

        @Override
        public OptionalLong lag(String group) throws InterruptedException {
            try (Admin admin = Admin.create(connection)) {
                Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (committed.isEmpty()) {
                    return OptionalLong.empty();
                }
                Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(committed.keySet().stream()
                                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                        .all()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                long behind = 0;
                for (Map.Entry<TopicPartition, OffsetAndMetadata> position : committed.entrySet()) {
                    ListOffsetsResultInfo end = ends.get(position.getKey());
                    if (end != null && position.getValue() != null) {
                        behind += Math.max(0, end.offset() - position.getValue().offset());
                    }
                }
                return OptionalLong.of(behind);
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("the lag of {} is not known", group, e);
                return OptionalLong.empty();
            }
        }
    }
}
