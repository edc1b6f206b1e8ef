package io.caiman.jobs.predictions;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Prediction;
import java.time.Clock;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PredictionReaderTest {

    private static final RecordCodec<Prediction> CODEC = RecordCodec.of(Prediction.class);

    private final PredictionReader reader = new PredictionReader(new PredictionCheck(Clock.systemUTC()), "reader");
    private final IncomingPrediction read = new IncomingPrediction();

    @Test
    void what_is_read_from_the_bytes_is_what_decoding_gives() {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            Prediction prediction = prediction(random);
            assertThat(reader.readPlain(CODEC.encode(prediction), read)).isTrue();
            assertSame(prediction);
        }
    }

    @Test
    void bytes_cut_or_changed_anywhere_give_a_letter_or_what_decoding_gives() throws Exception {
        Random random = new Random(2);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = CODEC.encode(prediction(random));
            if (random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            } else {
                // Behind the header: its length is that of two marks and a fingerprint. Texts stay ASCII.
                bytes[10 + random.nextInt(bytes.length - 10)] ^= (byte) (1 << random.nextInt(7));
            }
            reader.read(new ConsumedRecord("t", 0, i, bytes, false), read);
            assertThat(read.isPrediction()).isNotEqualTo(read.letter().isPresent());
            if (read.isPrediction()) {
                // A damaged length may make a name of bytes that are no text: it has no bytes to compare any more.
                Prediction decoded = CODEC.decode(bytes);
                assertThat(read.names().scope())
                        .isEqualTo(Scope.ofDomain(decoded.getModel(), decoded.getTask(), decoded.getDomain()));
                assertThat(read.eventTime()).isEqualTo(decoded.getEventTimeMs());
                assertThat(read.scoredLabel()).isEqualTo(ScoredLabel.encode(decoded.getScore(), decoded.getLabel()));
            }
        }
    }

    @Test
    void the_end_of_the_log_is_neither_prediction_nor_letter() {
        reader.read(new ConsumedRecord("t", 0, 0, null, true), read);
        assertThat(read.isPrediction()).isFalse();
        assertThat(read.letter()).isEmpty();
    }

    private void assertSame(Prediction expected) {
        assertThat(read.names())
                .isEqualTo(Names.of(Scope.ofDomain(expected.getModel(), expected.getTask(), expected.getDomain())));
        assertThat(read.impression())
                .isEqualTo(IncomingPrediction.impression(
                        expected.getImpressionPartition(), expected.getImpressionOffset()));
        assertThat(read.user()).isEqualTo(IncomingPrediction.user(expected.getUser()));
        assertThat(read.eventTime()).isEqualTo(expected.getEventTimeMs());
        assertThat(read.scoredLabel()).isEqualTo(ScoredLabel.encode(expected.getScore(), expected.getLabel()));
        assertThat(read.letter()).isEmpty();
    }

    private static Prediction prediction(Random random) {
        return new Prediction(
                "i" + random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(1L << random.nextInt(1, 40)),
                "m" + random.nextInt(3),
                random.nextLong(),
                "domain" + random.nextInt(300),
                "u" + random.nextInt(),
                random.nextBoolean() ? "click" : "like",
                random.nextBoolean(),
                random.nextInt(4) == 0 ? random.nextInt(2) : random.nextDouble());
    }
}
