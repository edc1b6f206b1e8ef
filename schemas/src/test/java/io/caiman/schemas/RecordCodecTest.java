package io.caiman.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;

class RecordCodecTest {

    private final RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);

    @Test
    void what_is_encoded_comes_back_equal() throws MalformedRecordException {
        Impression impression = Impression.newBuilder()
                .setId("i-1")
                .setEventTimeMs(1_650_000_000_000L)
                .setUser("u")
                .setItem("v")
                .setDomain("tab-1")
                .setSlots(List.of(
                        Slot.newBuilder().setName("author").setIds(List.of(7L)).build(),
                        Slot.newBuilder()
                                .setName("tag")
                                .setIds(List.of(1L, -2L))
                                .setWeights(List.of(0.5f, 2f))
                                .build()))
                .setDense(Map.of("duration", 1.5f))
                .setLabels(Map.of("click", true, "like", false))
                .build();
        RecordCodec<Impression> impressions = RecordCodec.of(Impression.class);

        assertThat(impressions.decode(impressions.encode(impression))).isEqualTo(impression);
    }

    @Test
    void the_header_is_that_of_single_object_encoding() {
        byte[] bytes = codec.encode(prediction(0.25));

        assertThat(bytes).startsWith(0xC3, 0x01);
    }

    @Test
    void a_record_of_an_older_schema_version_is_read_with_defaults_for_what_it_lacks()
            throws IOException, MalformedRecordException {
        Schema older = new Schema.Parser().parse(getClass().getResourceAsStream("/impression-without-dense.avsc"));
        GenericRecord written = new GenericData.Record(older);
        written.put("id", "old");
        written.put("eventTimeMs", 5L);
        written.put("user", "u");
        written.put("item", "v");
        written.put("domain", "d");
        written.put("slots", List.of());
        written.put("labels", Map.of("click", true));
        ByteBuffer encoded = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), older).encode(written);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);

        Impression read = RecordCodec.of(Impression.class, older).decode(bytes);

        assertThat(read.getId()).isEqualTo("old");
        assertThat(read.getDense()).isEmpty();
        assertThat(read.getLabels()).containsEntry("click", true);
        assertThatThrownBy(() -> RecordCodec.of(Impression.class).decode(bytes))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("unknown schema");
    }

    @Test
    void foreign_bytes_are_refused_with_what_was_found() {
        assertThatThrownBy(() -> codec.decode("{\"json\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("Prediction")
                .hasMessageContaining("7B 22 6A");
        assertThatThrownBy(() -> codec.decode(new byte[0]))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void truncated_or_damaged_bytes_never_fail_in_any_other_way() {
        byte[] whole = codec.encode(prediction(0.75));
        for (int length = 0; length < whole.length; length++) {
            byte[] truncated = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> codec.decode(truncated)).isInstanceOf(MalformedRecordException.class);
        }
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                codec.decode(damaged);
            } catch (MalformedRecordException expected) {
                assertThat(expected).hasMessageContaining("Prediction");
            }
        }
    }

    @Test
    void a_length_that_is_a_lie_does_not_take_the_memory_it_claims() {
        byte[] whole = codec.encode(prediction(0.75));
        byte[] claim = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F}; // a text of 2 GiB less one byte
        byte[] lying = Arrays.copyOf(Arrays.copyOf(whole, 10), 10 + claim.length);
        System.arraycopy(claim, 0, lying, 10, claim.length);

        assertThatThrownBy(() -> codec.decode(lying)).isInstanceOf(MalformedRecordException.class);

        lying[10 + claim.length - 1] = 0x01; // 256 MiB
        assertThatThrownBy(() -> codec.decode(lying))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("exceeds maximum allowed");
    }

    private static Prediction prediction(double score) {
        return Prediction.newBuilder()
                .setImpressionId("i")
                .setImpressionPartition(0)
                .setImpressionOffset(7)
                .setEventTimeMs(1)
                .setModel("crocodile")
                .setStep(3)
                .setDomain("d")
                .setUser("u")
                .setTask("click")
                .setLabel(true)
                .setScore(score)
                .build();
    }
}
