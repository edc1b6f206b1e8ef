package io.caiman.replay;

import static io.caiman.replay.ReplayTarget.Kind.FEEDBACK;
import static io.caiman.replay.ReplayTarget.Kind.IMPRESSIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.dataset.Provenance;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class KafkaTargetTest {

    private static final Topics TOPICS = Topics.withPrefix("t-");
    private static final byte[] BYTES = {1, 2};

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final TopicContents contents = new TopicContents(
            List.of(ReplayTarget.Held.NOTHING, ReplayTarget.Held.NOTHING),
            List.of(ReplayTarget.Held.NOTHING),
            Set.of(),
            Long.MIN_VALUE);
    private final Provenance provenance = new Provenance("movielens", "first 5");
    private final KafkaTarget target = new KafkaTarget(TOPICS, contents, provenance, producer);

    @Test
    void impressions_carry_user_and_event_time() throws InterruptedException {
        target.send(IMPRESSIONS, 1, BYTES, new byte[] {3}, 77);

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.topic()).isEqualTo("t-impressions");
        assertThat(record.partition()).isEqualTo(1);
        assertThat(record.timestamp()).isEqualTo(77);
        assertThat(record.key()).isEqualTo(BYTES);
        assertThat(record.value()).containsExactly(3);
    }

    @Test
    void records_tell_their_dataset_schema_and_provenance() throws Exception {
        target.send(IMPRESSIONS, 0, BYTES, BYTES, 1);
        target.send(FEEDBACK, 0, BYTES, BYTES, 1);

        ProducerRecord<byte[], byte[]> impression = producer.history().get(0);
        assertThat(header(impression, Topics.DATASET_HEADER)).isEqualTo("movielens");
        assertThat(header(impression, Topics.PROVENANCE_HEADER))
                .isEqualTo(provenance.id())
                .isNotEqualTo(new Provenance("movielens", "first 6").id());
        ProducerRecord<byte[], byte[]> feedback = producer.history().get(1);
        assertThat(feedback.topic()).isEqualTo("t-feedback");
        assertThat(header(feedback, Topics.SCHEMA_HEADER)).startsWith("io.caiman.schemas.avro.Feedback/");
        // The fingerprint is that in front of each encoded record, there in little endian.
        byte[] encoded = RecordCodec.of(Impression.class).header();
        long fingerprint =
                ByteBuffer.wrap(encoded, 2, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(header(impression, Topics.SCHEMA_HEADER))
                .isEqualTo("io.caiman.schemas.avro.Impression/" + HexFormat.of().toHexDigits(fingerprint));
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void the_end_of_the_log_is_a_header_without_a_value() throws InterruptedException {
        target.sendEndOfLog(IMPRESSIONS, 0, 77);

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.value()).isNull();
        assertThat(record.headers().lastHeader(Topics.END_OF_LOG_HEADER)).isNotNull();
        assertThat(header(record, Topics.DATASET_HEADER)).isEqualTo("movielens");
    }

    @Test
    void bad_lines_go_to_one_partition_of_the_dead_letters() throws Exception {
        DeadLetter letter = new DeadLetter(new FileOrigin("log.csv", 7L), ByteBuffer.wrap(BYTES), "why", "replay");
        target.sendBadLine(letter);

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.topic()).isEqualTo("t-dead-letters");
        assertThat(record.partition()).isEqualTo(TopicContents.BAD_LINES_PARTITION);
        assertThat(RecordCodec.of(DeadLetter.class).decode(record.value())).isEqualTo(letter);
    }

    @Test
    void nothing_follows_a_record_the_broker_refuses() throws InterruptedException {
        target.send(IMPRESSIONS, 0, BYTES, BYTES, 1);
        producer.errorNext(new TopicAuthorizationException("t-impressions"));

        assertThat(producer.closed()).isTrue();
        assertThatThrownBy(() -> target.send(IMPRESSIONS, 0, BYTES, BYTES, 2))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("TopicAuthorizationException")
                .hasMessageContaining("goes on where it stopped");
        assertThat(producer.history()).hasSize(1);
    }
}
