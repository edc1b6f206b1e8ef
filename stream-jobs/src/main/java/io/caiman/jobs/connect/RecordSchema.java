package io.caiman.jobs.connect;

import io.caiman.schemas.RecordCodec;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes records of one type to one topic. */
final class RecordSchema<T extends SpecificRecordBase> implements KafkaRecordSerializationSchema<T> {

    private final String topic;
    private final Class<T> recordClass;
    private final RecordKey<T> key;
    private final RecordTime<T> time;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient RecordCodec<T> codec;

    RecordSchema(String topic, Class<T> recordClass, RecordKey<T> key, RecordTime<T> time) {
        this.topic = topic;
        this.recordClass = recordClass;
        this.key = key;
        this.time = time;
    }

    @Override
    public void open(SerializationSchema.InitializationContext context, KafkaSinkContext sinkContext) {
        codec = RecordCodec.of(recordClass);
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(T record, KafkaSinkContext context, @Nullable Long ignored) {
        return new ProducerRecord<>(
                topic,
                null,
                acceptableTime(time.milliseconds(record)),
                key.of(record).getBytes(StandardCharsets.UTF_8),
                codec.encode(record));
    }

    /**
     * The broker refuses a record dated before 1970 or more than an hour ahead of its clock, which would stop the job for
     * one odd event time: such a record gets the time at which it is sent. Its event time is in its value anyway.
     */
    private static @Nullable Long acceptableTime(long milliseconds) {
        return milliseconds < 0 || milliseconds > System.currentTimeMillis() ? null : milliseconds;
    }
}
