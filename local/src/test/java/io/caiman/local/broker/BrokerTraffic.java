package io.caiman.local.broker;

import io.caiman.replay.EventTimeTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Transactions in and committed records out of one topic, and a process that is killed in the middle of one. */
final class BrokerTraffic {

    static final String TOPIC = "river";
    static final String TRANSACTIONAL_ID = "the-one-writer";
    static final String READY = "READY";

    private BrokerTraffic() {}

    /** Arguments: data directory. Commits "kept", leaves "lost" in an open transaction, says READY and waits. */
    public static void main(String[] arguments) throws Exception {
        LocalBroker broker = LocalBroker.start(Path.of(arguments[0]));
        createTopic(broker);
        try (KafkaProducer<String, String> producer = producer(broker)) {
            producer.initTransactions();
            commit(producer, "kept");
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, "lost")).get();
            System.out.println(READY);
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    static void createTopic(LocalBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            EventTimeTopics.createMissing(admin, List.of(TOPIC), OptionalInt.of(1));
        }
    }

    static void commitInTransaction(LocalBroker broker, String... values) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker)) {
            producer.initTransactions();
            commit(producer, values);
        }
    }

    static void abortInTransaction(LocalBroker broker, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, value)).get();
            producer.abortTransaction();
        }
    }

    private static void commit(KafkaProducer<String, String> producer, String... values) throws Exception {
        producer.beginTransaction();
        for (int i = 0; i < values.length; i++) {
            // Event times, long past and yet to come: they must not be taken for age.
            long eventTimeMs = i % 2 == 0 ? 1_000L : Long.MAX_VALUE / 2;
            producer.send(new ProducerRecord<>(TOPIC, 0, eventTimeMs, "key", values[i]))
                    .get();
        }
        producer.commitTransaction();
    }

    /** All committed records, in order. */
    static List<String> committed(LocalBroker broker) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        Map<String, Object> properties = Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = List.of(partition);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = consumer.endOffsets(partitions).getOrDefault(partition, 0L);
            List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(r -> values.add(r.value()));
            }
            return values;
        }
    }

    private static KafkaProducer<String, String> producer(LocalBroker broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", TRANSACTIONAL_ID),
                new StringSerializer(),
                new StringSerializer());
    }
}
