package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

class OwnLogParquetTest {

    /** Columns of all types, {@link #writeAllTypes}. */
    private static final String ALL_TYPES = """
            files: [all.parquet]
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

    /** Writes 50 rows whose columns are functions of the row's number. */
    private Path writeAllTypes(CompressionCodecName codec) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("""
                message log {
                  required int64 user_id;
                  required int32 video_id;
                  required binary tab (STRING);
                  required fixed_len_byte_array(16) id (UUID);
                  required int64 shown (TIMESTAMP(MICROS,false));
                  optional boolean clicked;
                  optional int32 stars;
                  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
                  optional group near (LIST) { repeated group list { optional int64 element; } }
                  required int32 day (DATE);
                  required int32 small (INTEGER(8,false));
                  optional double price;
                  required int32 cost (DECIMAL(9,2));
                  optional group nested { optional int32 inside; }
                }
                """);
        Path path = folder.resolve("all.parquet");
        try (ParquetWriter<Group> writer = writer(path, schema, codec).build()) {
            for (int number = 0; number < 50; number++) {
                Group row = new SimpleGroup(schema);
                row.append("user_id", (long) number)
                        .append("video_id", 100 + number)
                        .append("tab", number % 3 == 0 ? "home" : "cart, \"big\"")
                        .append("id", Binary.fromConstantByteArray(uuid(number)))
                        .append("shown", (1_704_067_200_123L + 22_000L * number) * 1_000)
                        .append("day", 19_723 + number)
                        .append("small", 248 + number % 8)
                        .append("cost", 150 * number);
                if (number % 5 != 4) {
                    row.append("clicked", number % 2 == 0).append("stars", number % 5);
                    Group tags = row.addGroup("tags");
                    tags.addGroup("list").append("element", "t" + number);
                    tags.addGroup("list").append("element", "x");
                    Group near = row.addGroup("near");
                    near.addGroup("list").append("element", (long) number);
                    near.addGroup("list").append("element", number + 1L);
                }
                if (number % 4 != 3) {
                    row.append("price", number / 10.0);
                }
                writer.write(row);
            }
        }
        return path;
    }

    private static byte[] uuid(int number) {
        UUID id = new UUID(77, number);
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static ExampleParquetWriter.Builder writer(Path path, MessageType schema, CompressionCodecName codec) {
        return ExampleParquetWriter.builder(new LocalOutputFile(path))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withCodecFactory(new Compressing())
                .withCompressionCodec(codec)
                .withRowGroupSize(2_000L)
                .withMinRowCountForPageSizeCheck(10);
    }

    /** Compresses as the library would with Hadoop beside it; what it does not know stays as it is, under the wrong name. */
    private static final class Compressing implements CompressionCodecFactory {
        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException("for writing only");
        }

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            return new BytesInputCompressor() {
                @Override
                public BytesInput compress(BytesInput bytes) throws IOException {
                    byte[] page = bytes.toInputStream().readAllBytes();
                    return switch (codec) {
                        case SNAPPY -> BytesInput.from(Snappy.compress(page));
                        case ZSTD -> BytesInput.from(Zstd.compress(page));
                        case GZIP -> {
                            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
                            try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
                                out.write(page);
                            }
                            yield BytesInput.from(compressed.toByteArray());
                        }
                        default -> BytesInput.from(page);
                    };
                }

                @Override
                public CompressionCodecName getCodecName() {
                    return codec;
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public void release() {}
    }

    /** Writes rows of columns u, i, c and others. */
    private Path write(String file, String otherColumns, int rows, BiConsumer<Integer, Group> row) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message log { optional binary u (STRING); required int64 i; optional boolean c; " + otherColumns
                        + " }");
        Path path = folder.resolve(file);
        try (ParquetWriter<Group> writer =
                writer(path, schema, CompressionCodecName.UNCOMPRESSED).build()) {
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
    @EnumSource(
            value = CompressionCodecName.class,
            names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
    void columns_of_all_types_are_read_in_each_compression(CompressionCodecName codec) throws IOException {
        writeAllTypes(codec);

        Entries entries = read(ALL_TYPES.formatted("ms"));

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
                .hasSize(38);
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
    void timestamps_are_converted_to_whatever_unit_is_declared(String unit) throws IOException {
        writeAllTypes(CompressionCodecName.ZSTD);

        assertThat(read(ALL_TYPES.formatted(unit))).isEqualTo(read(ALL_TYPES.formatted("ms")));
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
    void what_cannot_be_read_is_named_before_anything_is_read() throws IOException {
        String layout = ALL_TYPES.formatted("ms");
        writeAllTypes(CompressionCodecName.LZ4_RAW);
        assertThatThrownBy(() -> read(layout))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("all.parquet: column 'user_id' is compressed with LZ4_RAW:")
                .hasMessageContaining("expected one of GZIP, SNAPPY, UNCOMPRESSED, ZSTD");
        Files.delete(folder.resolve("all.parquet"));
        writeAllTypes(CompressionCodecName.ZSTD);
        assertThatThrownBy(() -> read(layout.replace("day: day", "day: nested")))
                .hasMessageContaining("all.parquet: column 'nested' of Parquet type 'optional group nested")
                .hasMessageContaining("expected numbers, texts, truth values, times, or lists of these");
        assertThatThrownBy(() -> read(layout.replace("day: day", "day: near").replace("near: {", "other: {")))
                .hasMessageContaining("lists make a slot with a separator, {column: near, separator: \"|\"}");
        assertThatThrownBy(() -> read(layout.replace("day: day", "day: weekday")))
                .hasMessageContaining("key 'slots.day': ")
                .hasMessageContaining("all.parquet has no column 'weekday', expected one of user_id, video_id, tab");

        Files.delete(folder.resolve("all.parquet"));
        Files.writeString(folder.resolve("text.parquet"), "u,i,t,c\n1,2,3,1\n");
        assertThatThrownBy(() -> read(SHORT.replace("\"*.csv\", ", "")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("text.parquet cannot be read")
                .hasMessageContaining("no Parquet file, or a damaged one");
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionCodecName.class,
            names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
    void a_damaged_file_is_read_whole_or_refused(CompressionCodecName codec) throws IOException {
        Path file = writeAllTypes(codec);
        byte[] sound = Files.readAllBytes(file);
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            Random random = new Random(round);
            byte[] damaged = sound.clone();
            for (int i = 0; i < 3; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try {
                Entries entries = read(ALL_TYPES.formatted("ms"));
                assertThat((long) entries.impressions().size() + entries.bad().size())
                        .isEqualTo(entries.counts().read());
            } catch (DatasetException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
