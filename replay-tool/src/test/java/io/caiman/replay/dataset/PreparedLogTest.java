package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedLogTest {

    private static final int RATINGS = 30_000;

    @TempDir
    Path folder;

    private Path prepared;

    @BeforeEach
    void write_a_log() throws IOException {
        prepared = folder.resolve("prepared");
        Files.writeString(folder.resolve("movies.csv"), "movieId,title,genres\n1,A (1990),Comedy\n2,B,War|Drama\n");
        Random random = new Random(1);
        List<String> lines = new ArrayList<>(List.of("userId,movieId,rating,timestamp"));
        for (int i = 0; i < RATINGS; i++) {
            int movie = i % 500 == 0 ? 3 : 1 + random.nextInt(2);
            lines.add(random.nextInt(50) + "," + movie + ",4," + (1_000 + random.nextInt(5_000)));
        }
        Files.write(folder.resolve("ratings.csv"), lines);
    }

    private ImpressionSource log(DatasetOptions options) {
        return Dataset.MOVIELENS.open(options);
    }

    private LineCounts prepare() {
        try (ImpressionSource log = log(DatasetOptions.of(folder))) {
            return PreparedLog.write(log, BadLineLimit.NONE, prepared, entries -> {});
        }
    }

    private Entries read(UnaryOperator<DatasetOptions> part) {
        return Entries.of(Dataset.PREPARED.open(part.apply(DatasetOptions.of(prepared))));
    }

    @Test
    void gives_what_the_log_gives() {
        prepare();

        Entries expected = Entries.of(log(DatasetOptions.of(folder)));
        assertThat(read(options -> options)).isEqualTo(expected);
        assertThat(expected.bad()).hasSize(RATINGS / 500);
        try (ImpressionSource log = log(DatasetOptions.of(folder));
                ImpressionSource again = Dataset.PREPARED.open(DatasetOptions.of(prepared))) {
            assertThat(again.provenance()).isEqualTo(log.provenance());
            assertThat(again.expectedEntries()).hasValue(RATINGS);
        }
    }

    @Test
    void a_part_of_it_is_that_part_of_the_log() {
        prepare();

        for (UnaryOperator<DatasetOptions> part : List.<UnaryOperator<DatasetOptions>>of(
                options -> options.withLimit(5_000),
                options -> options.withDomains(Set.of("War")),
                options -> options.withRange(new EventTimeRange(Instant.ofEpochSecond(4_000), Instant.MAX)),
                options -> options.withRange(new EventTimeRange(Instant.MIN, Instant.ofEpochSecond(2_000))),
                options -> options.withRange(
                        new EventTimeRange(Instant.ofEpochMilli(2_999_001), Instant.ofEpochSecond(5_000))),
                options -> options.withDomains(Set.of("Comedy"))
                        .withLimit(3)
                        .withRange(new EventTimeRange(Instant.ofEpochSecond(5_999), Instant.MAX)),
                options -> options.withRange(new EventTimeRange(Instant.ofEpochSecond(99_999), Instant.MAX)))) {
            Entries expected = Entries.of(log(part.apply(DatasetOptions.of(folder))));
            Entries found = read(part);
            assertThat(found.impressions()).isEqualTo(expected.impressions());
            assertThat(found.bad()).isEqualTo(expected.bad());
            assertThat(found.counts()).isEqualTo(expected.counts());
        }
    }

    @Test
    void its_encoded_impressions_are_those_of_the_codec() {
        prepare();

        try (ImpressionSource log = Dataset.PREPARED.open(DatasetOptions.of(prepared))) {
            log.forEachRemaining(entry -> {
                if (entry instanceof LogEntry.Shown shown) {
                    Impression impression = shown.impression();
                    assertThat(shown.encoded()).isEqualTo(DecodedImpression.CODEC.encode(impression));
                    assertThat(shown.eventTimeMs()).isEqualTo(impression.getEventTimeMs());
                    assertThat(shown.user())
                            .isEqualTo(LogEntry.Shown.of(impression).user());
                }
            });
        }
    }

    @Test
    void impressions_with_everything_in_them_are_found_by_their_bytes() {
        DatasetOptions options = DatasetOptions.ofSynthetic().withLimit(9_000);
        try (ImpressionSource log = Dataset.SYNTHETIC.open(options)) {
            PreparedLog.write(log, BadLineLimit.NONE, prepared, entries -> {});
        }

        assertThat(read(all -> all).impressions())
                .isEqualTo(Entries.of(Dataset.SYNTHETIC.open(options)).impressions());
    }

    @Test
    void any_avro_reader_reads_it() throws IOException {
        prepare();

        try (DataFileReader<Impression> reader = new DataFileReader<>(
                prepared.resolve("impressions.avro").toFile(), new SpecificDatumReader<>(Impression.class))) {
            List<Impression> impressions = new ArrayList<>();
            reader.forEachRemaining(impressions::add);
            assertThat(impressions)
                    .isEqualTo(Entries.of(log(DatasetOptions.of(folder))).impressions());
        }
    }

    @Test
    void one_turned_bit_is_found_before_anything_is_given() throws IOException {
        prepare();
        Path file = prepared.resolve("impressions.avro");
        byte[] sound = Files.readAllBytes(file);
        Random random = new Random(2);
        for (int i = 0; i < 20; i++) {
            long at = 1_000L + random.nextInt(sound.length - 1_000);
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.seek(at);
                bytes.write(sound[(int) at] ^ 1 << random.nextInt(8));
            }
            try (ImpressionSource damaged = Dataset.PREPARED.open(DatasetOptions.of(prepared))) {
                assertThatThrownBy(damaged::hasNext)
                        .isInstanceOf(DatasetException.class)
                        .hasMessageContaining("impressions.avro is not as it was prepared")
                        .hasMessageContaining("Prepare the log again");
            }
            Files.write(file, sound);
        }
        assertThat(read(options -> options).impressions()).hasSize(RATINGS - RATINGS / 500);
    }

    @Test
    void a_folder_with_content_or_without_a_prepared_log_is_refused() throws IOException {
        assertThatThrownBy(() -> Dataset.PREPARED.open(DatasetOptions.of(folder)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("holds no prepared log");

        Files.createDirectories(prepared.resolve("something"));
        assertThatThrownBy(this::prepare).isInstanceOf(DatasetException.class).hasMessageContaining("is not empty");
    }

    @Test
    void what_a_killed_run_left_behind_does_not_matter() throws IOException {
        Path partial = Files.createDirectories(folder.resolve("prepared.partial"));
        Files.writeString(partial.resolve("impressions.avro"), "half");

        prepare();

        assertThat(partial).doesNotExist();
        assertThat(read(options -> options).impressions()).hasSize(RATINGS - RATINGS / 500);
    }

    @Test
    void too_many_bad_lines_stop_it() {
        try (ImpressionSource log = log(DatasetOptions.of(folder))) {
            assertThatThrownBy(() -> PreparedLog.write(log, new BadLineLimit(0.1), prepared, entries -> {}))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("60 of 30,000 lines");
        }
        assertThat(prepared).doesNotExist();
    }
}
