package io.caiman.jobs.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.connect.KafkaConnection;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagProbeTest {

    @Test
    void the_lag_is_what_is_not_committed_of_the_partitions_that_were_committed_to(@TempDir Path directory)
            throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.create(3, "t");
            try (var producer = new KafkaProducer<>(
                    broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < 30; i++) {
                    var unused = producer.send(new ProducerRecord<>("t", i % 3, null, new byte[] {1}));
                }
            }
            Properties properties = broker.connection().properties();
            properties.setProperty("group.id", "g");
            try (var consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.commitSync(Map.of(
                        new TopicPartition("t", 0), new OffsetAndMetadata(4),
                        new TopicPartition("t", 1), new OffsetAndMetadata(10)));
            }
            LagProbe probe = LagProbe.of(broker.connection());
            assertThat(probe.lag("g")).hasValue(6);
            assertThat(probe.lag("nobody")).isEmpty();
        }
    }

    @Test
    void where_no_broker_answers_the_lag_is_not_known() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(LagProbe.of(KafkaConnection.to("localhost:" + free)).lag("g"))
                .isEmpty();
        assertThat(LagProbe.of(KafkaConnection.to("no-such-host.invalid:9092")).lag("g"))
                .isEmpty();
    }
}
