package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventTimeRangeTest {

    @Test
    void its_beginning_belongs_to_it_and_its_end_does_not() {
        EventTimeRange range =
                new EventTimeRange(EventTimeRange.time("2022-04-08"), EventTimeRange.time("2022-04-08T00:00:01Z"));
        long start = Instant.parse("2022-04-08T00:00:00Z").toEpochMilli();
        assertThat(range.contains(start - 1)).isFalse();
        assertThat(range.contains(start)).isTrue();
        assertThat(range.contains(start + 999)).isTrue();
        assertThat(range.contains(start + 1000)).isFalse();
        assertThat(EventTimeRange.ALL.contains(start)).isTrue();
    }

    @Test
    void what_is_no_time_is_answered_with_what_is() {
        for (String wrong : List.of("yesterday", "2022-13-01", "2022-04-08T12", "")) {
            assertThatThrownBy(() -> EventTimeRange.time(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2022-04-08T12:00:00Z")
                    .hasMessageContaining("'" + wrong + "'");
        }
        Instant time = EventTimeRange.time("2022-04-08");
        assertThatThrownBy(() -> new EventTimeRange(time, time))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("--until");
    }

    @Test
    void a_part_of_the_synthetic_log_is_that_part_of_the_whole() {
        DatasetOptions options = DatasetOptions.ofSynthetic().withLimit(5_000);
        EventTimeRange range =
                new EventTimeRange(EventTimeRange.time("2022-04-10"), EventTimeRange.time("2022-04-20T06:00:00Z"));
        List<Impression> whole = Entries.of(Dataset.SYNTHETIC.open(options)).impressions();
        List<Impression> part =
                Entries.of(Dataset.SYNTHETIC.open(options.withRange(range))).impressions();
        assertThat(part)
                .isNotEmpty()
                .hasSizeLessThan(whole.size())
                .isEqualTo(whole.stream()
                        .filter(impression -> range.contains(impression.getEventTimeMs()))
                        .toList());
    }

    @Test
    void a_part_of_a_log_in_files_counts_what_it_leaves_out(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("movies.csv"), "movieId,title,genres\n1,A (1990),Comedy\n");
        Files.writeString(
                folder.resolve("ratings.csv"),
                "userId,movieId,rating,timestamp\n1,1,4,86399\n2,1,4,86400\n3,1,bad,86400\n4,1,4,90000\n5,1,4,172800\n");
        EventTimeRange second =
                new EventTimeRange(EventTimeRange.time("1970-01-02"), EventTimeRange.time("1970-01-03"));
        ImpressionSource log = Dataset.MOVIELENS.open(DatasetOptions.of(folder).withRange(second));
        assertThat(Entries.of(log).impressions())
                .extracting(Impression::getUser)
                .containsExactly("2", "4");
        assertThat(log.counts()).isEqualTo(new LineCounts(5, 2, 1, 2, 0));
    }
}
