package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopedLogTest {

    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();

    @TempDir
    Path folder;

    @BeforeEach
    void write_a_log() throws IOException {
        Files.writeString(folder.resolve("movies.csv"), "movieId,title,genres\n1,A (1990),Comedy\n");
        Files.write(
                folder.resolve("ratings.csv"),
                List.of(
                        "userId,movieId,rating,timestamp",
                        "1,1,4,100",
                        "2,9,4,100",
                        "3,1,4," + (100 + DAY_SECONDS),
                        "4,1,2,200"));
    }

    private LoopedLog looped(OptionalLong passes) {
        return new LoopedLog(() -> Dataset.MOVIELENS.open(DatasetOptions.of(folder)), passes);
    }

    @Test
    void each_pass_is_whole_days_later_under_ids_of_its_own_and_bad_lines_come_once() {
        Entries entries = Entries.of(looped(OptionalLong.of(3)));

        assertThat(entries.ids()).containsExactly("1", "4", "3", "1#1", "4#1", "3#1", "1#2", "4#2", "3#2");
        assertThat(entries.impressions())
                .extracting(impression -> impression.getEventTimeMs() / 1_000)
                .containsExactly(
                        100L,
                        200L,
                        100 + DAY_SECONDS,
                        100 + 2 * DAY_SECONDS,
                        200 + 2 * DAY_SECONDS,
                        100 + 3 * DAY_SECONDS,
                        100 + 4 * DAY_SECONDS,
                        200 + 4 * DAY_SECONDS,
                        100 + 5 * DAY_SECONDS);
        assertThat(entries.badLineNumbers()).containsExactly(3L);
        assertThat(entries.counts()).isEqualTo(new LineCounts(10, 9, 1, 0, 0));
    }

    @Test
    void a_log_without_end_goes_on() {
        List<Impression> impressions = new ArrayList<>();
        try (LoopedLog log = looped(OptionalLong.empty())) {
            while (impressions.size() < 1_000) {
                if (log.next() instanceof LogEntry.Shown shown) {
                    impressions.add(shown.impression());
                }
            }
            assertThat(log.expectedEntries()).isEmpty();
        }
        assertThat(impressions).extracting(Impression::getId).doesNotHaveDuplicates();
        assertThat(impressions).extracting(Impression::getEventTimeMs).isSorted();
    }

    @Test
    void a_log_without_impressions_ends() throws IOException {
        Files.write(folder.resolve("ratings.csv"), List.of("userId,movieId,rating,timestamp", "2,9,4,100"));

        assertThat(Entries.of(looped(OptionalLong.empty())).impressions()).isEmpty();
    }
}
