package io.caiman.jobs.connect;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.ByteBuffer;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.util.OutputTag;

/** The way of records that cannot be used. */
public final class DeadLetters {

    /** The side output of operators that decode. */
    public static final OutputTag<DeadLetter> TAG =
            new OutputTag<>("dead-letters", AvroRecordType.of(DeadLetter.class));

    /** Name of the counter, in the scope of the operator that decodes. */
    public static final String COUNTER = "deadLetters";

    private DeadLetters() {}

    /** The letter of a consumed record: its bytes, where it stood, why it is refused and by whom. */
    public static DeadLetter letter(ConsumedRecord record, String reason, String refusedBy) {
        return new DeadLetter(
                new TopicOrigin(record.topic(), record.partition(), record.offset()),
                record.value().map(ByteBuffer::wrap).orElse(null),
                reason,
                refusedBy);
    }

    /** A sink of dead letters; letters with the same origin share a partition. */
    public static KafkaSink<DeadLetter> sink(KafkaConnection connection, String topic, Delivery delivery) {
        return RecordSink.of(connection, topic, DeadLetter.class, DeadLetters::key, RecordTime.none(), delivery);
    }

    /** What a letter is written under; letters with the same origin share a partition. */
    public static String key(DeadLetter letter) {
        return String.valueOf(letter.getOrigin());
    }
}
