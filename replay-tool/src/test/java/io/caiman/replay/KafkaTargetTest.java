package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.nio.ByteBuffer;
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
    private final TopicContents contents =
            new TopicContents(List.of(ReplayTarget.Held.NOTHING, ReplayTarget.Held.NOTHING), Set.of(), Long.MIN_VALUE);
    private final KafkaTarget target = new KafkaTarget(TOPICS, contents, producer);

    @Test
    void impressions_carry_user_and_event_time() throws InterruptedException {
        target.sendImpression(1, BYTES, new byte[] {3}, 77);

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.topic()).isEqualTo("t-impressions");
        assertThat(record.partition()).isEqualTo(1);
        assertThat(record.timestamp()).isEqualTo(77);
        assertThat(record.key()).isEqualTo(BYTES);
        assertThat(record.value()).containsExactly(3);
    }

    @Test
    void the_end_of_the_log_is_a_header_without_a_value() throws InterruptedException {
        target.sendEndOfLog(0, 77);

        ProducerRecord<byte[], byte[]> record = producer.history().get(0);
        assertThat(record.value()).isNull();
        assertThat(record.headers().lastHeader(Topics.END_OF_LOG_HEADER)).isNotNull();
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
        target.sendImpression(0, BYTES, BYTES, 1);
        producer.errorNext(new TopicAuthorizationException("t-impressions"));

        assertThat(producer.closed()).isTrue();
        assertThatThrownBy(() -> target.sendImpression(0, BYTES, BYTES, 2))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("TopicAuthorizationException")
                .hasMessageContaining("goes on where it stopped");
        assertThat(producer.history()).hasSize(1);
    }
}
