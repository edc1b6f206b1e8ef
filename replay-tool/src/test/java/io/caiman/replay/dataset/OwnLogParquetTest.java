package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiConsumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnLogParquetTest {

    /** Of the files in the resources, which DuckDB wrote: 50 rows, most columns a function of the row's number. */
    private static final String OF_DUCKDB = """
            user: user_id
            item: video_id
            domain: tab
            id: id
            time: {column: shown, unit: %s}
            labels: {click: clicked, like: {column: stars, at-least: 4}}
            slots:
              tag: {column: tags, separator: "|"}
              near: {column: near, separator: ","}
              day: day
              small: small
            dense: {price: price, cost: cost}
            """;

    private static final String SHORT = """
            files: ["*.csv", "*.parquet"]
            user: u
            item: i
            domain: {value: home}
            time: {column: t, unit: ms}
            labels: {click: c}
            """;

    @TempDir
    Path folder;

    private Entries read(String layout) throws IOException {
        return read(folder, layout);
    }

    private Entries read(Path data, String layout) throws IOException {
        Path file = Files.writeString(folder.resolve("layout.yaml"), layout);
        return Entries.of(Dataset.OWN.open(DatasetOptions.of(data).withLayout(file)));
    }

    private static Path ofDuckDb() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(OwnLogParquetTest.class.getResource("parquet"), "parquet")
                .toURI());
    }

    /** Writes rows of columns u, i, c and others. */
    private Path write(String file, String otherColumns, int rows, BiConsumer<Integer, Group> row) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message log { optional binary u (STRING); required int64 i; optional boolean c; " + otherColumns
                        + " }");
        Path path = folder.resolve(file);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(path))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withRowGroupSize(2_000L)
                .withMinRowCountForPageSizeCheck(10)
                .build()) {
            for (int number = 0; number < rows; number++) {
                Group group = new SimpleGroup(schema);
                group.add("i", (long) number);
                row.accept(number, group);
                writer.write(group);
            }
        }
        return path;
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd"})
    void files_of_another_writer_are_read_in_each_compression(String codec) throws IOException, URISyntaxException {
        Entries entries = read(ofDuckDb(), OF_DUCKDB.formatted("ms") + "files: [" + codec + ".parquet]\n");

        assertThat(entries.counts()).isEqualTo(new LineCounts(50, 50, 0, 0, 0));
        List<Impression> impressions = entries.impressions();
        assertThat(impressions).isSortedAccordingTo((a, b) -> Long.compare(a.getEventTimeMs(), b.getEventTimeMs()));
        assertThat(impressions)
                .filteredOn(shown -> shown.getLabels().containsKey("click"))
                .hasSize(40);
        assertThat(impressions)
                .filteredOn(shown -> shown.getLabels().getOrDefault("click", false))
                .hasSize(20);
        assertThat(impressions)
                .filteredOn(shown -> shown.getDomain().equals("home"))
                .hasSize(17);
        assertThat(impressions)
                .filteredOn(shown -> shown.getDomain().equals("cart, \"big\""))
                .hasSize(33);
        assertThat(impressions)
                .filteredOn(shown -> shown.getDense().containsKey("price"))
                .hasSize(37);
        assertThat(entries.ids())
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
        Impression third = impressions.stream()
                .filter(shown -> shown.getItem().equals("102"))
                .findAny()
                .orElseThrow();
        assertThat(third.getUser()).isEqualTo("2");
        assertThat(third.getEventTimeMs())
                .isEqualTo(Instant.parse("2024-01-01T00:00:44.123Z").toEpochMilli());
        assertThat(third.getLabels()).isEqualTo(Map.of("click", true, "like", false));
        assertThat(third.getDense()).isEqualTo(Map.of("price", 0.2f, "cost", 3f));
        assertThat(Entries.slots(third))
                .isEqualTo(Map.of(
                        "tag", List.of(SlotIds.of("t2"), SlotIds.of("x")),
                        "near", List.of(2L, 3L),
                        "day", List.of(SlotIds.of("2024-01-03")),
                        "small", List.of(250L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ms", "s", "us", "iso8601"})
    void timestamps_are_converted_to_whatever_unit_is_declared(String unit) throws IOException, URISyntaxException {
        assertThat(read(ofDuckDb(), OF_DUCKDB.formatted(unit) + "files: [zstd.parquet]\n"))
                .isEqualTo(read(ofDuckDb(), OF_DUCKDB.formatted("ms") + "files: [zstd.parquet]\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int64 t; ms",
                "int64 t (TIMESTAMP(MILLIS,true)); s",
                "int64 t (TIMESTAMP(MICROS,false)); iso8601",
                "int64 t (TIMESTAMP(NANOS,true)); us",
                "double t; ms",
                "int96 t; ms",
            })
    void times_of_every_type_are_read(String type, String unit) throws IOException {
        long time = 1_704_067_200_123L;
        write("log.parquet", "required " + type + ";", 1, (number, row) -> {
            row.add("u", "7");
            if (type.startsWith("int96")) {
                ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
                row.add(
                        "t",
                        Binary.fromConstantByteArray(
                                bytes.putLong(123_000_000L).putInt(2_460_311).array()));
            } else if (type.startsWith("double")) {
                row.add("t", (double) time);
            } else {
                row.add("t", type.contains("MICROS") ? time * 1_000 : type.contains("NANOS") ? time * 1_000_000 : time);
            }
        });

        Entries entries = read(SHORT.replace("*.csv\", \"", "").replace("unit: ms", "unit: " + unit));

        assertThat(entries.bad()).isEmpty();
        assertThat(entries.impressions()).extracting(Impression::getEventTimeMs).containsExactly(time);
    }

    @Test
    void a_log_may_be_partly_csv_and_partly_parquet_and_says_the_same_in_both() throws IOException {
        Files.writeString(folder.resolve("a.csv"), """
                unused,u,i,c,t,tags,price,note
                x,"a, ""b""\",0,true,5,p|q,1.5,two lines
                x,,1,true,6,,,
                x,b,2,,7,,-2,
                """);
        write(
                "b.parquet",
                "required int32 t; repeated binary tags (STRING); optional double price; optional binary note (STRING);",
                3,
                (number, row) -> {
                    row.add("t", 5 + number);
                    if (number == 0) {
                        row.append("u", "a, \"b\"")
                                .append("c", true)
                                .append("tags", "p")
                                .append("tags", "q");
                        row.append("price", 1.5).append("note", "two\nlines");
                    } else if (number == 1) {
                        row.append("c", true).append("price", Double.NaN);
                    } else {
                        row.append("u", "b").append("price", -2.0);
                    }
                });

        Entries entries = read(SHORT + """
                slots: {tag: {column: tags, separator: "|"}, note: note}
                dense: {price: price}
                """);

        assertThat(entries.ids()).containsExactly("0:2", "1:1", "0:4", "1:3");
        List<Impression> impressions = entries.impressions();
        impressions.forEach(shown -> shown.setId(""));
        assertThat(impressions.get(1)).isEqualTo(impressions.get(0));
        assertThat(impressions.get(3)).isEqualTo(impressions.get(2));
        assertThat(impressions.get(0).getUser()).isEqualTo("a, \"b\"");
        assertThat(entries.badLineNumbers()).containsExactly(3L, 2L);
        assertThat(entries.bad())
                .allSatisfy(letter -> assertThat(letter.getReason()).isEqualTo("column u: expected a value, found ''"));
        assertThat(Entries.text(entries.bad().get(1))).isEqualTo(",1,,,,6,true");
    }

    @Test
    void lists_are_read_as_old_and_new_tools_write_them() throws IOException {
        write("log.parquet", """
                required int64 t;
                optional group a (LIST) { repeated group list { optional int32 element; } }
                optional group b (LIST) { repeated int32 array; }
                optional group d (LIST) { repeated group bag { optional binary item (STRING); } }
                """, 3, (number, row) -> {
            row.append("u", "7").append("t", number + 1L);
            if (number == 0) {
                Group a = row.addGroup("a");
                a.addGroup("list").add("element", 3);
                a.addGroup("list");
                a.addGroup("list").add("element", 4);
                row.addGroup("b").append("array", 5).append("array", 6);
                row.addGroup("d").addGroup("bag").add("item", "x");
            } else if (number == 1) {
                row.addGroup("a");
            }
        });

        Entries entries = read(SHORT.replace("\"*.csv\", ", "") + """
                slots:
                  a: {column: a, separator: "|"}
                  b: {column: b, separator: "|"}
                  d: {column: d, separator: "|"}
                """);

        assertThat(entries.impressions())
                .extracting(Entries::slots)
                .containsExactly(
                        Map.of("a", List.of(3L, 4L), "b", List.of(5L, 6L), "d", List.of(SlotIds.of("x"))),
                        Map.of(),
                        Map.of());
    }

    @Test
    void rows_of_many_row_groups_are_all_read_and_keep_their_order_without_times() throws IOException {
        write(
                "a.parquet",
                "required binary pad (STRING);",
                1_000,
                (number, row) -> row.append("u", "a").append("pad", "x".repeat(30)));
        write(
                "b.parquet",
                "required binary pad (STRING);",
                3,
                (number, row) ->
                        row.append("u", number == 1 ? "y".repeat(70_000) : "b").append("pad", ""));

        Entries entries = read(
                SHORT.replace("\"*.csv\", ", "").replace("{column: t, unit: ms}", "{start: 2024-01-01, step: 1ms}"));

        assertThat(entries.counts()).isEqualTo(new LineCounts(1_003, 1_002, 1, 0, 0));
        assertThat(entries.impressions().get(999).getItem()).isEqualTo("999");
        assertThat(entries.impressions().get(1_001).getEventTimeMs()
                        - entries.impressions().get(0).getEventTimeMs())
                .isEqualTo(1_002);
        assertThat(entries.bad().get(0).getReason()).startsWith("longer than 65536 bytes");
    }

    @Test
    void what_cannot_be_read_is_named_before_anything_is_read() throws IOException, URISyntaxException {
        String zstd = OF_DUCKDB.formatted("ms") + "files: [zstd.parquet]\n";
        assertThatThrownBy(() -> read(ofDuckDb(), zstd.replace("zstd", "lz4_raw")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("lz4_raw.parquet: column 'user_id' is compressed with LZ4_RAW:")
                .hasMessageContaining("expected one of GZIP, SNAPPY, UNCOMPRESSED, ZSTD");
        assertThatThrownBy(() -> read(ofDuckDb(), zstd.replace("day: day", "day: nested")))
                .hasMessageContaining("zstd.parquet: column 'nested' of Parquet type 'optional group nested")
                .hasMessageContaining("expected numbers, texts, truth values, times, or lists of these");
        assertThatThrownBy(() ->
                        read(ofDuckDb(), zstd.replace("day: day", "day: near").replace("near: {", "other: {")))
                .hasMessageContaining("lists make a slot with a separator, {column: near, separator: \"|\"}");
        assertThatThrownBy(() -> read(ofDuckDb(), zstd.replace("day: day", "day: weekday")))
                .hasMessageContaining("key 'slots.day': ")
                .hasMessageContaining("zstd.parquet has no column 'weekday', expected one of user_id, video_id, tab");

        Files.writeString(folder.resolve("text.parquet"), "u,i,t,c\n1,2,3,1\n");
        assertThatThrownBy(() -> read(SHORT.replace("\"*.csv\", ", "")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("text.parquet cannot be read")
                .hasMessageContaining("no Parquet file, or a damaged one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd"})
    void a_damaged_file_is_read_whole_or_refused(String codec) throws IOException, URISyntaxException {
        byte[] sound = Files.readAllBytes(ofDuckDb().resolve(codec + ".parquet"));
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            Random random = new Random(round);
            byte[] damaged = sound.clone();
            for (int i = 0; i < 3; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(folder.resolve("log.parquet"), damaged);
            try {
                Entries entries = read(OF_DUCKDB.formatted("ms") + "files: [log.parquet]\n");
                assertThat((long) entries.impressions().size() + entries.bad().size())
                        .isEqualTo(entries.counts().read());
            } catch (DatasetException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
