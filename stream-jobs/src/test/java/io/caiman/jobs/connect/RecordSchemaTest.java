package io.caiman.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Prediction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSchemaTest {

    @Test
    void a_record_is_written_under_its_key_with_its_time_and_in_the_one_encoding() throws Exception {
        Prediction prediction = predictionAt(1_000L);
        ProducerRecord<byte[], byte[]> written = write(prediction);

        assertThat(written.topic()).isEqualTo("predictions");
        assertThat(written.key()).isEqualTo("ü1".getBytes(StandardCharsets.UTF_8));
        assertThat(written.timestamp()).isEqualTo(1_000L);
        assertThat(RecordCodec.of(Prediction.class).decode(written.value())).isEqualTo(prediction);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1L, Long.MIN_VALUE, Long.MAX_VALUE})
    void a_time_that_kafka_would_refuse_is_left_to_the_producer(long eventTime) throws Exception {
        assertThat(write(predictionAt(eventTime)).timestamp()).isNull();
    }

    @Test
    void sinks_of_both_deliveries_can_be_shipped() throws Exception {
        KafkaConnection connection = KafkaConnection.to("localhost:9092");
        for (Delivery delivery :
                new Delivery[] {Delivery.atLeastOnce(), Delivery.exactlyOnce("training", Duration.ofMinutes(10))}) {
            InstantiationUtil.clone(RecordSink.of(
                    connection, "p", Prediction.class, Prediction::getUser, Prediction::getEventTimeMs, delivery));
            InstantiationUtil.clone(DeadLetters.sink(connection, "d", delivery));
        }
        InstantiationUtil.clone(LogSource.of(connection, "p", "caiman-metrics"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3})
    void a_consumed_record_survives_a_network(int length) throws Exception {
        byte[] value = length < 0 ? null : new byte[length];
        ConsumedRecord record = new ConsumedRecord("t", 7, 1L << 40, value, length < 0);
        DataOutputSerializer target = new DataOutputSerializer(64);
        ConsumedRecordSerializer.INSTANCE.serialize(record, target);

        assertThat(ConsumedRecordSerializer.INSTANCE.deserialize(new DataInputDeserializer(target.getCopyOfBuffer())))
                .usingRecursiveComparison()
                .isEqualTo(record);
    }

    @SuppressWarnings("NullAway") // this schema uses neither context
    private static ProducerRecord<byte[], byte[]> write(Prediction prediction) throws Exception {
        RecordSchema<Prediction> schema = InstantiationUtil.clone(
                new RecordSchema<>("predictions", Prediction.class, Prediction::getUser, Prediction::getEventTimeMs));
        schema.open(null, null);
        return schema.serialize(prediction, null, null);
    }

    private static Prediction predictionAt(long eventTime) {
        return new Prediction("i", 0, 0L, eventTime, "m", 0L, "feed", "ü1", "click", false, 0.5);
    }
}
