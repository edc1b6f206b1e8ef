package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import io.caiman.schemas.avro.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliCcpReaderTest {

    @TempDir
    Path folder;

    @BeforeEach
    void write_tables() throws IOException {
        write("common_features_train.csv", common("aa", "101:7:1.0", "121:3:1.0"), common("bb", "101:8:1.0"));
        write("common_features_test.csv", common("aa", "101:9:1.0", "109_14:5:0.5", "109_14:6:2.5"));
        write("sample_skeleton_train.csv");
        write("sample_skeleton_test.csv");
    }

    private void write(String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    /** A feature list, of entries such as 101:7:1.0. */
    private static String list(String... entries) {
        List<String> written = new ArrayList<>();
        for (String entry : entries) {
            String[] parts = entry.split(":", -1);
            written.add(parts[0] + '\u0002' + parts[1] + '\u0003' + parts[2]);
        }
        return String.join("\u0001", written);
    }

    static String common(String index, String... entries) {
        return index + "," + entries.length + "," + list(entries);
    }

    static String sample(int click, int conversion, String index, String... entries) {
        return "17," + click + "," + conversion + "," + index + "," + entries.length + "," + list(entries);
    }

    private Entries read() {
        return read(DatasetOptions.of(folder));
    }

    private static Entries read(DatasetOptions options) {
        return Entries.of(Dataset.ALICCP.open(options));
    }

    @Test
    void samples_are_joined_with_their_common_features_in_the_order_of_the_files() throws IOException {
        write(
                "sample_skeleton_train.csv",
                sample(1, 0, "bb", "205:50:1.0", "301:1:1.0", "508:4:0.75"),
                sample(0, 0, "aa", "205:51:1.0", "301:2:1.0"));
        write("sample_skeleton_test.csv", sample(1, 1, "aa", "205:52:1.0", "301:1:1.0"));

        Entries entries = read();

        assertThat(entries.bad()).isEmpty();
        assertThat(entries.ids()).containsExactly("train:1", "train:2", "test:1");
        assertThat(entries.impressions()).extracting(Impression::getUser).containsExactly("8", "7", "9");
        assertThat(entries.impressions()).extracting(Impression::getItem).containsExactly("50", "51", "52");
        assertThat(entries.impressions()).extracting(Impression::getDomain).containsExactly("1", "2", "1");
        assertThat(entries.impressions())
                .extracting(Impression::getSplit)
                .containsExactly(Split.TRAIN, Split.TRAIN, Split.TEST);
        assertThat(entries.impressions())
                .extracting(Impression::getLabels)
                .containsExactly(
                        Map.of("click", true, "conversion", false),
                        Map.of("click", false, "conversion", false),
                        Map.of("click", true, "conversion", true));
        long start = AliCcpReader.START.toEpochMilli();
        assertThat(entries.impressions())
                .extracting(Impression::getEventTimeMs)
                .containsExactly(start, start + 10, start + 7 * 24 * 3_600_000L);
        assertThat(entries.impressions())
                .extracting(Impression::getSlots)
                .containsExactly(
                        List.of(new Slot("508", List.of(4L), List.of(0.75f))),
                        List.of(new Slot("121", List.of(3L), List.of())),
                        List.of(new Slot("109_14", List.of(5L, 6L), List.of(0.5f, 2.5f))));
    }

    @Test
    void of_many_ids_the_heaviest_stay_in_their_order() throws IOException {
        write(
                "common_features_train.csv",
                common("aa", "101:7:1.0", "110_14:1:0.5", "110_14:2:9", "110_14:3:0.1", "110_14:4:0.5", "110_14:5:3"));
        write("sample_skeleton_train.csv", sample(0, 0, "aa", "205:50:1.0", "301:1:1.0"));

        Slot kept = read(DatasetOptions.of(folder).withIdsPerSlot(3))
                .impressions()
                .get(0)
                .getSlots()
                .get(0);

        assertThat(kept.getIds()).containsExactly(1L, 2L, 5L);
        assertThat(kept.getWeights()).containsExactly(0.5f, 9f, 3f);
    }

    @Test
    void what_cannot_be_used_is_a_bad_line_with_its_reason_and_bytes() throws IOException {
        String noClick = sample(0, 1, "aa", "205:50:1.0", "301:1:1.0");
        write(
                "common_features_train.csv",
                common("aa", "101:7:1.0"),
                "cc,2," + list("101:7:1.0"),
                common("dd", "101:7:1.0", "101:8:1.0"));
        write(
                "sample_skeleton_train.csv",
                noClick,
                sample(0, 0, "zz", "205:50:1.0", "301:1:1.0"),
                sample(0, 0, "cc", "205:50:1.0", "301:1:1.0"),
                sample(0, 0, "dd", "205:50:1.0", "301:1:1.0"),
                sample(0, 0, "aa", "205:50:1.0"),
                sample(0, 0, "aa", "205:x:1.0", "301:1:1.0"),
                sample(0, 0, "aa", "205:50:NaN", "301:1:1.0"),
                sample(2, 0, "aa", "205:50:1.0", "301:1:1.0"),
                "1,0,0,aa,1,205",
                "1,0,0,aa",
                sample(1, 0, "aa", "205:50:1.0", "301:1:1.0"));

        Entries entries = read();

        assertThat(entries.ids()).containsExactly("train:11");
        assertThat(entries.bad())
                .extracting(DeadLetter::getReason)
                .containsExactly(
                        "a conversion without a click",
                        "column common_feature_index: expected an index of common_features_train.csv, found 'zz'",
                        "common features cc in common_features_train.csv: column feature_list: expected 2 entries, as feature_num says, found 1",
                        "field 101: expected one id, found 2",
                        "field 301: expected one id, found 0",
                        "column feature_list: expected ids that are whole numbers, found 'x'",
                        "column feature_list: expected values that are finite numbers, found 'NaN'",
                        "column click: expected 0 or 1, found '2'",
                        "column feature_list: expected entries field \\x02 id \\x03 value, found '205'",
                        "expected 6 fields, found 4");
        assertThat(Entries.text(entries.bad().get(0))).isEqualTo(noClick);
        assertThat(entries.counts()).isEqualTo(new LineCounts(11, 1, 10, 0, 0));
    }

    @Test
    void domains_and_the_limit_leave_lines_out() throws IOException {
        List<String> samples = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            samples.add(sample(i % 2, 0, "aa", "205:" + i + ":1.0", "301:" + (i % 3) + ":1.0"));
        }
        write("sample_skeleton_train.csv", samples.toArray(String[]::new));

        Entries entries =
                read(DatasetOptions.of(folder).withDomains(Set.of("2")).withLimit(5));

        assertThat(entries.impressions()).extracting(Impression::getItem).containsExactly("2", "5", "8", "11", "14");
        assertThat(entries.counts()).isEqualTo(new LineCounts(15, 5, 0, 10, 0));
    }

    @Test
    void any_order_of_more_common_lines_than_are_kept_at_hand_joins_as_a_map_would() throws IOException {
        Random random = new Random(11);
        Map<String, String> users = new TreeMap<>();
        List<String> table = new ArrayList<>();
        for (int i = 0; i < 9_000; i++) {
            String index = Integer.toHexString(random.nextInt()) + "-" + i;
            // Some lines are longer than the buffer they are read with.
            String[] entries = new String[i % 500 == 0 ? 3_000 : 2];
            entries[0] = "101:" + i + ":1.0";
            for (int entry = 1; entry < entries.length; entry++) {
                entries[entry] = "150_14:" + random.nextInt(1 << 30) + ":" + random.nextFloat();
            }
            users.put(index, Integer.toString(i));
            table.add(common(index, entries));
        }
        List<String> indexes = List.copyOf(users.keySet());
        List<String> samples = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            String index = indexes.get(random.nextInt(indexes.size()));
            samples.add(sample(0, 0, index, "205:1:1.0", "301:1:1.0"));
            expected.add(users.get(index));
        }
        write("common_features_train.csv", table.toArray(String[]::new));
        write("sample_skeleton_train.csv", samples.toArray(String[]::new));

        assertThat(read().impressions()).extracting(Impression::getUser).isEqualTo(expected);
    }

    @Test
    void a_missing_file_is_named() throws IOException {
        Files.delete(folder.resolve("common_features_test.csv"));

        assertThatThrownBy(this::read)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("common_features_test.csv is missing");
    }
}
