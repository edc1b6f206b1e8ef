package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TopicReaderTest {

    private static final TopicPartition LETTERS = new TopicPartition("dead-letters", TopicContents.BAD_LINES_PARTITION);

    @Test
    @Timeout(20)
    void bad_lines_are_found_among_what_others_wrote() {
        FileOrigin badLine = new FileOrigin("log.csv", 7L);
        byte[] letter = RecordCodec.of(DeadLetter.class)
                .encode(new DeadLetter(badLine, ByteBuffer.wrap(new byte[] {1}), "why", "replay"));
        try (MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none")) {
            consumer.updateBeginningOffsets(Map.of(LETTERS, 0L));
            consumer.updateEndOffsets(Map.of(LETTERS, 3L));
            consumer.schedulePollTask(() -> {
                consumer.addRecord(record(0, null));
                consumer.addRecord(record(1, new byte[] {1, 2, 3}));
                consumer.addRecord(record(2, letter));
            });

            assertThat(new TopicReader(consumer, Duration.ofSeconds(5)).badLines(LETTERS))
                    .containsExactly(badLine);
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, byte @Nullable [] value) {
        return new ConsumerRecord<>(LETTERS.topic(), LETTERS.partition(), offset, null, value);
    }
}
