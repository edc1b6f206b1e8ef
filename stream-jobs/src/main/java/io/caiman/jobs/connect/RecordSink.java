package io.caiman.jobs.connect;

import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;

/** Sinks that write records of one type to one topic. */
public final class RecordSink {

    private RecordSink() {}

    /**
     * A sink of records of one type.
     *
     * @param key the key each record is written under
     * @param time becomes the record's timestamp in Kafka; a time that Kafka would refuse is replaced by that of sending
     */
    public static <T extends SpecificRecordBase> KafkaSink<T> of(
            KafkaConnection connection,
            String topic,
            Class<T> recordClass,
            RecordKey<T> key,
            RecordTime<T> time,
            Delivery delivery) {
        Properties properties = connection.properties();
        if (delivery instanceof Delivery.ExactlyOnce) {
            // Nothing is seen before a checkpoint commits it, and that waits for nothing: so in few requests.
            properties.putIfAbsent("linger.ms", "100");
            properties.putIfAbsent("batch.size", String.valueOf(1 << 17));
        }
        KafkaSinkBuilder<T> builder = KafkaSink.<T>builder()
                .setKafkaProducerConfig(properties)
                .setRecordSerializer(new RecordSchema<>(topic, recordClass, key, time));
        if (delivery instanceof Delivery.ExactlyOnce exactly) {
            // INCREMENTING: an id of its own for every checkpoint costs the broker some memory for a week.
            // POOLING reuses ids, and a transaction that was open at a crash under a reused id stays open until
            // its timeout: readers of committed records would stand still for that long after every crash.
            builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                    .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
                    .setTransactionalIdPrefix(exactly.transactionalIdPrefix())
                    .setProperty(
                            "transaction.timeout.ms",
                            String.valueOf(exactly.transactionTimeout().toMillis()));
        } else {
            builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE);
        }
        return builder.build();
    }
}
