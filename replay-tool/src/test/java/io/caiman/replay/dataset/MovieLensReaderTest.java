package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovieLensReaderTest {

    @TempDir
    Path folder;

    @BeforeEach
    void write_movies() throws IOException {
        write(
                "movies.csv",
                "movieId,title,genres",
                "1,Toy Story (1995),Adventure|Animation|Children",
                "2,\"American President, The (1995) \",Comedy",
                "3,Stranger Things,(no genres listed)",
                "4,Fawlty Towers (1975-1979),Comedy|Drama");
    }

    private void write(String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    private Entries read() {
        return read(DatasetOptions.of(folder));
    }

    private static Entries read(DatasetOptions options) {
        return Entries.of(Dataset.MOVIELENS.open(options));
    }

    @Test
    void a_rating_becomes_an_impression() throws IOException {
        write("ratings.csv", "userId,movieId,rating,timestamp", "7,1,4.0,20", "7,2,3.5,10", "8,3,5,30", "8,4,0.5,30");

        List<Impression> impressions = read().impressions();

        assertThat(impressions).extracting(Impression::getId).containsExactly("2", "1", "3", "4");
        assertThat(impressions)
                .extracting(Impression::getEventTimeMs)
                .containsExactly(10_000L, 20_000L, 30_000L, 30_000L);
        assertThat(impressions)
                .extracting(Impression::getDomain)
                .containsExactly("Comedy", "Adventure", "(no genres listed)", "Comedy");
        assertThat(impressions)
                .extracting(Impression::getLabels)
                .containsExactly(
                        Map.of("like", false), Map.of("like", true), Map.of("like", true), Map.of("like", false));
        assertThat(impressions)
                .extracting(Entries::slots)
                .containsExactly(
                        Map.of(
                                "genres", List.of(SlotIds.of("Comedy")),
                                "year", List.of(1995L),
                                "decade", List.of(1990L)),
                        Map.of(
                                "genres",
                                List.of(SlotIds.of("Adventure"), SlotIds.of("Animation"), SlotIds.of("Children")),
                                "genre2",
                                List.of(SlotIds.of("Animation")),
                                "year",
                                List.of(1995L),
                                "decade",
                                List.of(1990L)),
                        Map.of("genres", List.of(SlotIds.of("(no genres listed)"))),
                        Map.of(
                                "genres", List.of(SlotIds.of("Comedy"), SlotIds.of("Drama")),
                                "genre2", List.of(SlotIds.of("Drama"))));
        assertThat(impressions.get(1).getUser()).isEqualTo("7");
        assertThat(impressions.get(1).getItem()).isEqualTo("1");
    }

    @Test
    void bad_lines_come_first_with_their_bytes_and_reason_and_nothing_is_lost() throws IOException {
        write(
                "ratings.csv",
                "userId,movieId,rating,timestamp",
                "7,1,4.0,20",
                "7,99,4.0,5",
                "7,1,nine,20",
                "7,1,5.5,20",
                "7,1,4.0",
                "",
                "7,1,4.0,-3",
                "x,1,4.0,3",
                "\"7,1,4.0,3",
                "7,1,4.0," + "3".repeat(70_000),
                "7,2,4.0,10");

        Entries entries = read();

        assertThat(entries.ids()).containsExactly("11", "1");
        assertThat(entries.badLineNumbers()).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
        assertThat(entries.bad().get(0).getReason())
                .isEqualTo("column movieId: expected a movie of movies.csv, found '99'");
        assertThat(Entries.text(entries.bad().get(0))).isEqualTo("7,99,4.0,5");
        assertThat(entries.bad().get(1).getReason())
                .isEqualTo("column rating: expected a rating from 0.5 to 5, found 'nine'");
        assertThat(entries.bad().get(3).getReason()).isEqualTo("expected 4 fields, found 3");
        assertThat(entries.bad().get(8).getReason())
                .isEqualTo("longer than 65536 bytes, of which the first 65536 are kept");
        assertThat(entries.counts()).isEqualTo(new LineCounts(11, 2, 9, 0, 0));
    }

    @Test
    void limit_and_domains_leave_lines_out_and_count_them() throws IOException {
        write("ratings.csv", "userId,movieId,rating,timestamp", "1,2,4,30", "1,1,4,20", "1,4,4,10", "1,99,4,10");

        Entries entries =
                read(DatasetOptions.of(folder).withDomains(Set.of("Comedy")).withLimit(1));

        assertThat(entries.ids()).containsExactly("3");
        assertThat(entries.counts()).isEqualTo(new LineCounts(4, 1, 1, 2, 0));
    }

    @Test
    void what_is_missing_is_named_before_anything_is_read() throws IOException {
        assertThatThrownBy(this::read)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("ratings.csv is missing");

        write("ratings.csv", "userId,movieId,stars,timestamp");
        assertThatThrownBy(this::read).hasMessageContaining("ratings.csv, line 1: the header lacks column rating");

        write("ratings.csv", "userId,movieId,rating,timestamp");
        assertThatThrownBy(() -> read(DatasetOptions.of(folder).withDomains(Set.of("Comedies"))))
                .hasMessageContaining(
                        "--domains: expected some of (no genres listed), Adventure, Comedy, got Comedies");

        write("movies.csv", "movieId,title,genres", "1,Toy Story (1995),Comedy", "two,Jumanji (1995),Comedy");
        assertThatThrownBy(this::read)
                .hasMessageContaining("movies.csv, line 3: column movieId: expected a whole number")
                .hasMessageContaining("found 'two'");

        assertThatThrownBy(() -> read(DatasetOptions.ofSynthetic())).hasMessageContaining("--data DIR");
        assertThatThrownBy(() -> read(DatasetOptions.of(folder.resolve("nowhere"))))
                .hasMessageContaining("found nothing");
    }

    @Test
    void the_real_log_is_read_whole_and_in_order() {
        Entries entries = read(DatasetOptions.of(RealData.folder("ml-latest-small")));

        assertThat(entries.counts()).isEqualTo(new LineCounts(100_004, 100_004, 0, 0, 0));
        assertThat(entries.impressions())
                .isSortedAccordingTo((a, b) -> Long.compare(a.getEventTimeMs(), b.getEventTimeMs()));
        assertThat(new HashSet<>(entries.ids())).hasSize(100_004);
        List<String> domains =
                entries.impressions().stream().map(Impression::getDomain).toList();
        assertThat(new HashSet<>(domains)).hasSize(19).contains("(no genres listed)");
        assertThat(domains.stream().filter("Action"::equals)).hasSize(27_056);
        assertThat(domains.stream().filter("War"::equals)).hasSize(13);
    }

    @Test
    void ratings_and_movies_may_be_separated_by_double_colons() throws IOException {
        Files.delete(folder.resolve("movies.csv"));
        Files.write(
                folder.resolve("movies.dat"),
                List.of("1::Toy Story (1995)::Animation|Comedy", "2::Caf\u00e9: The \"Best\" (2001)::Drama"),
                StandardCharsets.ISO_8859_1);
        write("ratings.dat", "7::2::5::20", "7::1::3::10", "7::9::3::10");

        Entries entries = read();

        assertThat(entries.ids()).containsExactly("2", "1");
        assertThat(entries.impressions()).extracting(Impression::getDomain).containsExactly("Animation", "Drama");
        assertThat(Entries.slots(entries.impressions().get(1)))
                .isEqualTo(Map.of(
                        "genres", List.of(SlotIds.of("Drama")), "year", List.of(2001L), "decade", List.of(2000L)));
        assertThat(entries.badLineNumbers()).containsExactly(3L);
        assertThat(entries.bad().get(0).getReason()).contains("a movie of movies.dat");
    }

    @Test
    void ratings_may_be_separated_by_tabs_and_genres_be_flags() throws IOException {
        Files.delete(folder.resolve("movies.csv"));
        write(
                "u.item",
                "1|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0",
                "2|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0",
                "3|Odd (1990)||||0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0");
        write("u.data", "7\t1\t4\t20", "8\t2\t3\t10", "8\t3\t3\t30", "8 3 3 30");

        Entries entries = read();

        assertThat(entries.impressions())
                .extracting(Impression::getDomain)
                .containsExactly("unknown", "Animation", "(no genres listed)");
        assertThat(entries.impressions().get(1).getLabels()).isEqualTo(Map.of("like", true));
        assertThat(Entries.slots(entries.impressions().get(1)).get("genres"))
                .containsExactly(SlotIds.of("Animation"), SlotIds.of("Children's"), SlotIds.of("Comedy"));
        assertThat(entries.badLineNumbers()).containsExactly(4L);
    }
}
