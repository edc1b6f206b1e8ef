package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnLogReaderTest {

    private static final String SHORT = """
            files: ["*.csv"]
            user: u
            item: i
            domain: {value: home}
            time: {column: t, unit: s}
            labels: {click: c}
            """;

    @TempDir
    Path folder;

    private DatasetOptions options(String layout) throws IOException {
        return DatasetOptions.of(folder).withLayout(Files.writeString(folder.resolve("layout.yaml"), layout));
    }

    private Entries read(String layout) throws IOException {
        return Entries.of(Dataset.OWN.open(options(layout)));
    }

    private void write(String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(OwnLogReaderTest.class.getResource(name), name)
                .toURI());
    }

    @Test
    void the_example_in_conf_reads_the_log_it_describes() throws IOException {
        Path example = Path.of("../conf/own-log.yaml");
        List<String> log = Files.readAllLines(example).stream()
                .filter(line -> line.startsWith("#   ") && line.contains(","))
                .limit(2)
                .map(line -> line.substring(4))
                .toList();
        Files.write(folder.resolve("events-2024-01-01.csv"), log);

        Entries entries = Entries.of(Dataset.OWN.open(DatasetOptions.of(folder).withLayout(example)));

        assertThat(entries.bad()).isEmpty();
        Impression impression = entries.impressions().get(0);
        assertThat(impression.getId()).isEqualTo("a1");
        assertThat(impression.getEventTimeMs()).isEqualTo(1_704_067_200_123L);
        assertThat(impression.getUser()).isEqualTo("7");
        assertThat(impression.getItem()).isEqualTo("51");
        assertThat(impression.getDomain()).isEqualTo("home");
        assertThat(impression.getLabels()).isEqualTo(Map.of("click", true, "like", true));
        assertThat(impression.getDense()).isEqualTo(Map.of("price", 9.9f));
        assertThat(Entries.slots(impression))
                .isEqualTo(Map.of(
                        "author", List.of(SlotIds.of("author 9")),
                        "tag", List.of(SlotIds.of("cooking"), SlotIds.of("travel"))));
    }

    @Test
    void what_is_blank_is_absent_and_values_may_stand_in_quotes() throws IOException {
        write(
                "log.csv",
                "c,unused,u,i,t,stars,tags,price,author",
                "0,x,7,51,2,3.5,,,",
                ",x,8.0,52,1,,\"a, b|c||\",-1.5e2, 12.0 ",
                "True,x,\"9 \"\"x\"\"\",53,3,4,|,0,0");

        Entries entries = read(SHORT + """
                slots:
                  author: author
                  tag: {column: tags, separator: "|"}
                dense: {price: price}
                """);

        assertThat(entries.bad()).isEmpty();
        assertThat(entries.ids()).containsExactly("0:3", "0:2", "0:4");
        List<Impression> impressions = entries.impressions();
        assertThat(impressions).extracting(Impression::getUser).containsExactly("8", "7", "9 \"x\"");
        assertThat(impressions).extracting(Impression::getDomain).containsOnly("home");
        assertThat(impressions)
                .extracting(Impression::getLabels)
                .containsExactly(Map.of(), Map.of("click", false), Map.of("click", true));
        assertThat(impressions)
                .extracting(Impression::getDense)
                .containsExactly(Map.of("price", -150f), Map.of(), Map.of("price", 0f));
        assertThat(impressions)
                .extracting(Entries::slots)
                .containsExactly(
                        Map.of("author", List.of(12L), "tag", List.of(SlotIds.of("a, b"), SlotIds.of("c"))),
                        Map.of(),
                        Map.of("author", List.of(0L)));
    }

    @ParameterizedTest
    @CsvSource({
        "ms, 1704067200123, 2024-01-01T00:00:00.123Z",
        "ms, 1704067200123.0, 2024-01-01T00:00:00.123Z",
        "s, 1704067200, 2024-01-01T00:00:00Z",
        "s, 1704067200.123, 2024-01-01T00:00:00.123Z",
        "s, 1.7040672E9, 2024-01-01T00:00:00Z",
        "us, 1704067200123999, 2024-01-01T00:00:00.123Z",
        "iso8601, 2024-01-01T00:00:00Z, 2024-01-01T00:00:00Z",
        "iso8601, 2024-01-01 00:00:00.123456, 2024-01-01T00:00:00.123Z",
        "iso8601, 2024-01-01 00:00:00 UTC, 2024-01-01T00:00:00Z",
        "iso8601, 2024-01-01T01:00:00+01:00, 2024-01-01T00:00:00Z",
        "iso8601, 2024-01-01T01:00+0100, 2024-01-01T00:00:00Z",
        "iso8601, 2023-12-31T23:00:00-01, 2024-01-01T00:00:00Z",
        "iso8601, 2024-01-01, 2024-01-01T00:00:00Z",
    })
    void times_are_read_in_the_unit_declared(String unit, String written, Instant time) throws IOException {
        write("log.csv", "u,i,t,c", "1,2," + written + ",1");
        Entries entries = read(SHORT.replace("unit: s", "unit: " + unit));
        assertThat(entries.bad()).isEmpty();
        assertThat(entries.impressions()).extracting(Impression::getEventTimeMs).containsExactly(time.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "s; 1,2,,1; column t: expected seconds since 1970, found ''",
                "s; 1,2,0,1; column t: expected seconds since 1970, found '0'",
                "s; 1,2,0x1p3,1; column t: expected seconds since 1970, found '0x1p3'",
                "s; 1,2,1e400,1; column t: expected seconds since 1970, found '1e400'",
                "ms; 1,2,99999999999999,1; column t: expected milliseconds since 1970, found '99999999999999'",
                "iso8601; 1,2,2024-02-30,1; column t: expected a time such as 2024-01-01T12:00:00Z, found '2024-02-30'",
                "iso8601; 1,2,+999999999-12-31T00:00:00Z,1; column t: expected a time such as",
                "s;  ,2,3,1; column u: expected a value, found ''",
                "s; 1,,3,1; column i: expected a value, found ''",
                "s; 1,2,3,2; column c: expected 0 or 1, or true or false, found '2'",
                "s; 1,2,3,yes; column c: expected 0 or 1, or true or false, found 'yes'",
                "s; 1,2,3,1,4; expected 4 fields, found 5",
                "s; \"1,2,3,1; a quote is opened and not closed",
            })
    void a_line_that_cannot_be_used_is_given_with_its_reason(String unit, String line, String reason)
            throws IOException {
        write("log.csv", "u,i,t,c", line, "1,2,%s,1".formatted(unit.equals("iso8601") ? "2000-01-01" : "5"));

        Entries entries = read(SHORT.replace("unit: s", "unit: " + unit));

        assertThat(entries.counts()).isEqualTo(new LineCounts(2, 1, 1, 0, 0));
        assertThat(entries.bad().get(0).getReason()).startsWith(reason);
        assertThat(Entries.text(entries.bad().get(0))).isEqualTo(line);
        assertThat(entries.badLineNumbers()).containsExactly(2L);
    }

    @Test
    void numbers_and_ids_that_cannot_be_read_make_a_line_bad() throws IOException {
        write(
                "log.csv",
                "u,i,t,c,x,id",
                "1,2,3,4,1e39,a",
                "1,2,3,4,NaN,b",
                "1,2,3,4,0,",
                "1,2,3,many,0,c",
                "1,2,3,4,0,d");

        Entries entries =
                read(SHORT.replace("click: c", "like: {column: c, at-least: 3.5}") + "dense: {x: x}\nid: id\n");

        assertThat(entries.ids()).containsExactly("d");
        assertThat(entries.impressions().get(0).getLabels()).isEqualTo(Map.of("like", true));
        assertThat(entries.bad())
                .extracting(letter -> letter.getReason())
                .containsExactly(
                        "column x: expected a number that 32 bits hold, found '1e39'",
                        "column x: expected a number, found 'NaN'",
                        "column id: expected a value, found ''",
                        "column c: expected a number, found 'many'");
    }

    @Test
    void files_are_read_as_listed_those_of_a_glob_by_name_and_compressed_ones_too() throws IOException {
        write("b.csv", "u,i,t,c", "b,1,5,1");
        write("z.csv", "u,i,t,c", "z,1,5,1");
        Files.createDirectories(folder.resolve("day=2"));
        write("day=2/a.csv", "c,t,i,u", "1,5,1,day");
        try (OutputStream compressed = new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.csv.gz")))) {
            compressed.write("u,i,t,c\na,1,5,1\n".getBytes(StandardCharsets.UTF_8));
        }
        write("notes.md", "no log");

        Entries entries = read(SHORT.replace("[\"*.csv\"]", "[z.csv, \"*.csv*\", \"day=*/*.csv\"]"));

        assertThat(entries.impressions()).extracting(Impression::getUser).containsExactly("z", "a", "b", "day");
        assertThat(entries.ids()).containsExactly("0:2", "1:2", "2:2", "3:2");
    }

    @Test
    void columns_may_be_named_by_the_layout_and_separated_otherwise() throws IOException {
        write("log.csv", "7\u00015\u00012 x\u00011", "8\u00014\u00012\u00010");
        Entries tabs = read(SHORT + "separator: \"\\x01\"\ncolumns: [u, t, i, c]\n");
        assertThat(tabs.ids()).containsExactly("0:2", "0:1");
        assertThat(tabs.impressions().get(1).getItem()).isEqualTo("2 x");

        write("log.csv", "7::5::\"2::1", "8::4::2::0");
        Entries colons = read(SHORT + "separator: \"::\"\ncolumns: [u, t, i, c]\n");
        assertThat(colons.impressions().get(1).getItem()).isEqualTo("\"2");
    }

    @Test
    void without_times_lines_are_a_step_apart_over_all_files_whatever_becomes_of_them() throws IOException {
        write("a.csv", "u,i,c", "1,1,1", "1,,1", "too,many,1,1");
        write("b.csv", "u,i,c");
        write("c.csv", "u,i,c", "x".repeat(70_000), "2,1,1", "3,1,0");
        String layout = SHORT.replace("{column: t, unit: s}", "{start: 2024-01-01, step: 2s}");
        long start = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();

        Entries entries = read(layout);

        assertThat(entries.counts()).isEqualTo(new LineCounts(6, 3, 3, 0, 0));
        assertThat(entries.ids()).containsExactly("0:2", "2:3", "2:4");
        assertThat(entries.impressions())
                .extracting(Impression::getEventTimeMs)
                .containsExactly(start, start + 8_000, start + 10_000);
        assertThat(Entries.of(Dataset.OWN.open(options(layout).withLimit(2))).impressions())
                .isEqualTo(entries.impressions().subList(0, 2));
        assertThat(Entries.of(Dataset.OWN.open(options(layout)
                                .withRange(new EventTimeRange(Instant.ofEpochMilli(start + 9_000), Instant.MAX))))
                        .ids())
                .containsExactly("2:4");
    }

    @Test
    void lines_past_the_end_of_time_are_bad() throws IOException {
        write("log.csv", "u,i,c", "1,1,1", "2,1,1");
        Entries entries = read(SHORT.replace("{column: t, unit: s}", "{start: 2248-01-01, step: 8000h}"));
        assertThat(entries.ids()).containsExactly("0:2");
        assertThat(entries.bad().get(0).getReason()).contains("beyond the year 2248: expected a shorter time.step");
    }

    @Test
    void only_chosen_domains_are_given_and_bad_lines_of_the_others_are_still_bad() throws IOException {
        write("log.csv", "u,i,t,c,d", "1,1,3,1,home", "1,2,2,1,cart", "1,3,1,1,3.0", "1,4,1,9,cart", "1,5,1,1,");

        Entries entries = Entries.of(
                Dataset.OWN.open(options(SHORT.replace("{value: home}", "d")).withDomains(Set.of("home", "3"))));

        assertThat(entries.impressions()).extracting(Impression::getDomain).containsExactly("3", "home");
        assertThat(entries.badLineNumbers()).containsExactly(5L, 6L);
        assertThat(entries.counts()).isEqualTo(new LineCounts(5, 2, 2, 1, 0));
    }

    @Test
    void a_log_larger_than_memory_is_given_whole_and_in_order() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("u,i,t,c,pad"));
        for (int line = 0; line < 5_000; line++) {
            lines.add("%d,\"i,%d\",%d,%d,%s"
                    .formatted(random.nextInt(99), line, 1 + random.nextInt(900), line % 2, "x".repeat(200)));
        }
        Files.write(folder.resolve("log.csv"), lines);
        DatasetOptions options = options(SHORT);

        List<Impression> spilled = Entries.of(OwnLogReader.open(options, new EventTimeSorter.Limits(100, 1 << 20)))
                .impressions();

        assertThat(spilled).isEqualTo(Entries.of(Dataset.OWN.open(options)).impressions());
        assertThat(new HashSet<>(spilled)).hasSize(5_000);
        assertThat(spilled).isSortedAccordingTo((a, b) -> Long.compare(a.getEventTimeMs(), b.getEventTimeMs()));
    }

    @Test
    void the_provenance_tells_layouts_apart_by_what_they_mean() throws IOException {
        write("log.csv", "u,i,t,c", "1,2,3,1");
        Provenance first = Dataset.OWN.open(options(SHORT)).provenance();
        assertThat(Dataset.OWN.open(options("# Said otherwise.\n" + SHORT)).provenance())
                .isEqualTo(first);
        assertThat(Dataset.OWN
                        .open(options(SHORT.replace("{click: c}", "{like: c}")))
                        .provenance())
                .isNotEqualTo(first);
    }

    @Test
    void what_is_missing_is_named_before_anything_is_read() throws IOException {
        assertThatThrownBy(() -> Dataset.OWN.open(DatasetOptions.of(folder))).hasMessageContaining("--layout FILE");
        assertThatThrownBy(() -> read(SHORT))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("layout.yaml: key 'files': expected files in")
                .hasMessageContaining("that match '*.csv', found none among layout.yaml");

        write("log.csv");
        assertThatThrownBy(() -> read(SHORT)).hasMessageContaining("log.csv is empty: expected a first line");

        write("log.csv", "u,i,time,c");
        assertThatThrownBy(() -> read(SHORT))
                .hasMessageContaining("key 'time.column': ")
                .hasMessageContaining("log.csv has no column 't', expected one of u, i, time, c");

        write("log.csv", "u,i,t,c,t");
        assertThatThrownBy(() -> read(SHORT)).hasMessageContaining("log.csv has two columns 't'");

        assertThatThrownBy(() -> read(SHORT + "columns: [u, i, c]\n")).hasMessageContaining("has no column 't'");
        assertThatThrownBy(() -> read(SHORT.replace("*.csv", "*.yaml")))
                .hasMessageContaining("expected files that end with one of .csv");
        assertThatThrownBy(() -> read(SHORT.replace("*.csv", "{a"))).hasMessageContaining("expected names or globs");
    }

    @Test
    void the_real_ratings_of_movielens_are_what_their_own_reader_makes_of_them() throws IOException {
        Path data = RealData.folder("ml-latest-small");
        Path layout = Files.writeString(folder.resolve("layout.yaml"), """
                files: [ratings.csv]
                user: userId
                item: movieId
                domain: {value: films}
                time: {column: timestamp, unit: s}
                labels: {like: {column: rating, at-least: 4}}
                """);

        List<Impression> impressions = Entries.of(
                        Dataset.OWN.open(DatasetOptions.of(data).withLayout(layout)))
                .impressions();

        assertThat(impressions.stream().map(OwnLogReaderTest::whoDidWhat).toList())
                .hasSize(100_004)
                .isEqualTo(Entries.of(Dataset.MOVIELENS.open(DatasetOptions.of(data))).impressions().stream()
                        .map(OwnLogReaderTest::whoDidWhat)
                        .toList());
    }

    private static List<Object> whoDidWhat(Impression shown) {
        return List.of(shown.getEventTimeMs(), shown.getUser(), shown.getItem(), shown.getLabels());
    }

    @Test
    void the_real_sample_of_kuairand_is_read_whole() throws URISyntaxException {
        Entries entries = Entries.of(Dataset.OWN.open(DatasetOptions.of(RealData.folder("scenario-wise-samples"))
                .withLayout(resource("kuairand-sample.yaml"))));

        assertThat(entries.counts()).isEqualTo(new LineCounts(200, 200, 0, 0, 0));
        assertThat(entries.impressions())
                .filteredOn(shown -> shown.getLabels().get("click"))
                .hasSize(32);
        assertThat(entries.impressions().stream().map(Impression::getUser).distinct())
                .hasSize(145);
        Impression first = entries.impressions().get(0);
        assertThat(first.getItem()).isEqualTo("5543");
        assertThat(first.getDense()).isEqualTo(Map.of("duration", 30_066f));
        assertThat(Entries.slots(first))
                .isEqualTo(Map.of(
                        "user_active_degree", List.of(1L),
                        "register_days_range", List.of(6L),
                        "video_type", List.of(0L),
                        "onehot_feat3", List.of(949L)));
        assertThat(entries.impressions().get(199).getEventTimeMs() - first.getEventTimeMs())
                .isEqualTo(199_000);
    }

    @Test
    void the_real_samples_of_ali_ccp_are_read_in_the_order_listed() throws URISyntaxException {
        Entries entries = Entries.of(Dataset.OWN.open(DatasetOptions.of(RealData.folder("scenario-wise-samples"))
                .withLayout(resource("ali-ccp-sample.yaml"))));

        assertThat(entries.counts()).isEqualTo(new LineCounts(200, 200, 0, 0, 0));
        assertThat(entries.ids().subList(99, 101)).containsExactly("0:101", "1:2");
        assertThat(entries.impressions())
                .filteredOn(shown -> shown.getLabels().get("click"))
                .hasSize(16);
        assertThat(entries.impressions())
                .filteredOn(shown -> shown.getLabels().get("conversion"))
                .hasSize(3);
        assertThat(entries.impressions())
                .filteredOn(shown -> shown.getDomain().equals("3"))
                .hasSize(22);
        assertThat(entries.impressions().get(0).getDense()).isEqualTo(Map.of("D508", 0.07556f));
    }
}
