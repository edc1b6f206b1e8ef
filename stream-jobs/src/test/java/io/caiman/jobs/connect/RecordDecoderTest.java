package io.caiman.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class RecordDecoderTest {

    private static final TopicOrigin ORIGIN = new TopicOrigin("predictions", 3, 42L);
    private static final RecordCodec<Prediction> CODEC = RecordCodec.of(Prediction.class);
    private static final Prediction PREDICTION =
            new Prediction("i1", 0, 7L, 1_000L, "crocodile", 0L, "feed", "u1", "click", true, 0.25);

    private final RecordDecoder<Prediction> decoder =
            new RecordDecoder<>(CODEC, "tester", RecordDecoderTest::complaint);

    private static Optional<String> complaint(Prediction prediction) {
        return prediction.getScore() > 1 ? Optional.of("score above 1") : Optional.empty();
    }

    @Test
    void a_well_formed_record_is_decoded() {
        assertThat(decoder.decode(consumed(CODEC.encode(PREDICTION)))).isEqualTo(new Decoding.Decoded<>(PREDICTION));
    }

    @Test
    void the_end_of_the_log_is_a_signal_and_not_malformed() {
        assertThat(decoder.decode(new ConsumedRecord("predictions", 3, 42L, null, true)))
                .isEqualTo(new Decoding.EndOfLog<>());
    }

    @Test
    void a_record_without_a_value_is_malformed() {
        assertThat(decoder.decode(new ConsumedRecord("predictions", 3, 42L, null, false)))
                .isEqualTo(new Decoding.Malformed<>(
                        new DeadLetter(ORIGIN, null, "no value: expected a Prediction", "tester")));
    }

    @Test
    void bytes_that_are_no_record_keep_their_place_their_bytes_and_the_reason() {
        byte[] text = "{\"score\": 0.5}".getBytes(StandardCharsets.UTF_8);
        DeadLetter letter = letterFor(text);
        assertThat(letter.getOrigin()).isEqualTo(ORIGIN);
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(text));
        assertThat(letter.getReason()).contains("header", "7B 22 73");
    }

    @Test
    void a_record_of_another_type_is_malformed() {
        Impression impression =
                new Impression("i", 0L, "u", "v", "d", List.of(), Map.of(), Map.of("click", true), null, List.of());
        assertThat(letterFor(RecordCodec.of(Impression.class).encode(impression))
                        .getReason())
                .contains("unknown schema");
    }

    @Test
    void a_record_that_ends_too_early_is_malformed() {
        byte[] whole = CODEC.encode(PREDICTION);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        assertThat(letterFor(half).getReason()).contains("damaged");
    }

    @Test
    void a_record_that_fails_its_check_is_malformed() {
        byte[] bytes =
                CODEC.encode(Prediction.newBuilder(PREDICTION).setScore(1.5).build());
        assertThat(letterFor(bytes).getReason()).isEqualTo("score above 1");
    }

    @Test
    @SuppressWarnings("try") // the harness's close may be interrupted
    void the_function_sends_malformed_records_aside_and_counts_them_and_the_stream_goes_on() throws Exception {
        var function = new DecodeFunction<>(Prediction.class, "tester", RecordDecoderTest::complaint);
        try (var harness = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function))) {
            harness.open();
            harness.processElement(new StreamRecord<>(consumed(new byte[] {1, 2, 3})));
            harness.processElement(new StreamRecord<>(new ConsumedRecord("predictions", 3, 42L, null, true)));
            harness.processElement(new StreamRecord<>(consumed(CODEC.encode(PREDICTION))));

            assertThat(harness.extractOutputValues()).containsExactly(PREDICTION);
            assertThat(harness.getSideOutput(DeadLetters.TAG))
                    .singleElement()
                    .satisfies(
                            letter -> assertThat(letter.getValue().getOrigin()).isEqualTo(ORIGIN));
        }
    }

    private DeadLetter letterFor(byte[] bytes) {
        Decoding<Prediction> decoding = decoder.decode(consumed(bytes));
        assertThat(decoding).isInstanceOf(Decoding.Malformed.class);
        return ((Decoding.Malformed<Prediction>) decoding).letter();
    }

    private static ConsumedRecord consumed(byte[] value) {
        return new ConsumedRecord("predictions", 3, 42L, value, false);
    }
}
