package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KuaiRandReaderTest {

    static final String LOG_HEADER = "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,"
            + "is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,"
            + "is_rand,tab";
    private static final String USER_HEADER = "user_id,user_active_degree,is_lowactive_period,is_live_streamer,"
            + "is_video_author,follow_user_num,follow_user_num_range,fans_user_num,fans_user_num_range,friend_user_num,"
            + "friend_user_num_range,register_days,register_days_range,onehot_feat0,onehot_feat1,onehot_feat2,onehot_feat3,"
            + "onehot_feat4,onehot_feat5,onehot_feat6,onehot_feat7,onehot_feat8,onehot_feat9,onehot_feat10,onehot_feat11,"
            + "onehot_feat12,onehot_feat13,onehot_feat14,onehot_feat15,onehot_feat16,onehot_feat17";
    private static final String VIDEO_HEADER = "video_id,author_id,video_type,upload_dt,upload_type,visible_status,"
            + "video_duration,server_width,server_height,music_id,music_type,tag";

    @TempDir
    Path folder;

    private void write(String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    private static void write(Path folder, String file, String... lines) throws IOException {
        Files.write(folder.resolve(file), List.of(lines));
    }

    private void writeTables(String edition) throws IOException {
        writeTables(folder, edition);
    }

    static void writeTables(Path folder, String edition) throws IOException {
        write(
                folder,
                "user_features_" + edition + ".csv",
                USER_HEADER,
                "0,full_active,0,-124,1,514,500+,150,\"[100,1k)\",34,\"[30,60)\",799,730+,1,1,29,949,1.0,0,0,14,135,6,3,0,"
                        + ",1.0,0.0,0.0,0.0,0.0");
        write(
                folder,
                "video_features_basic_" + edition + ".csv",
                VIDEO_HEADER,
                "5,7349781,NORMAL,2022-04-10,LongImport,0.0,31999.0,720.0,1280.0,9155697141,9.0,\"39,2\"",
                "3,77,AD,2022-04-10,Kmovie,0.0,,720.0,1280.0,0,,");
    }

    static String shown(int user, int video, long time, int tab) {
        return user + "," + video + ",20220410,930," + time + ",1,0,0,0,0,0,1,863,30066,0,0,0,0," + tab;
    }

    private Entries read() {
        return Entries.of(Dataset.KUAIRAND.open(DatasetOptions.of(folder)));
    }

    @Test
    void logs_are_joined_with_users_and_videos() throws IOException {
        writeTables("1k");
        write("log_standard_4_08_to_4_21_1k.csv", LOG_HEADER, shown(0, 5, 1_649_554_200_000L, 1));

        Impression impression = read().impressions().get(0);

        assertThat(impression.getId()).isEqualTo("0:2");
        assertThat(impression.getEventTimeMs()).isEqualTo(1_649_554_200_000L);
        assertThat(impression.getUser()).isEqualTo("0");
        assertThat(impression.getItem()).isEqualTo("5");
        assertThat(impression.getDomain()).isEqualTo("1");
        assertThat(impression.getLabels())
                .isEqualTo(Map.of(
                        "click",
                        true,
                        "like",
                        false,
                        "follow",
                        false,
                        "comment",
                        false,
                        "forward",
                        false,
                        "hate",
                        false,
                        "long_view",
                        true));
        Map<String, List<Long>> slots = Entries.slots(impression);
        assertThat(slots)
                .containsEntry("user_active_degree", List.of(SlotIds.of("full_active")))
                .containsEntry("is_live_streamer", List.of(-124L))
                .containsEntry("fans_user_num_range", List.of(SlotIds.of("[100,1k)")))
                .containsEntry("onehot_feat4", List.of(1L))
                .doesNotContainKey("onehot_feat12")
                .containsEntry("onehot_feat13", List.of(1L))
                .containsEntry("author", List.of(7_349_781L))
                .containsEntry("music", List.of(9_155_697_141L))
                .containsEntry("music_type", List.of(9L))
                .containsEntry("video_duration", List.of(5L))
                .containsEntry("tag", List.of(39L, 2L))
                .doesNotContainKeys(
                        "long_view", "play_time_ms", "duration_ms", "profile_stay_time", "comment_stay_time");
        assertThat(slots).hasSize(25 + 7);
    }

    @Test
    void unknown_users_and_videos_are_sent_without_their_slots_and_counted() throws IOException {
        writeTables("1k");
        write("log_standard_4_08_to_4_21_1k.csv", LOG_HEADER, shown(9, 3, 1, 1), shown(9, 4, 2, 1), shown(0, 3, 3, 1));

        Entries entries = read();

        assertThat(Entries.slots(entries.impressions().get(0)).keySet())
                .containsExactlyInAnyOrder("author", "music", "video_type", "upload_type");
        assertThat(entries.impressions().get(1).getSlots()).isEmpty();
        assertThat(entries.counts()).isEqualTo(new LineCounts(3, 3, 0, 0, 2));
    }

    @Test
    void parts_and_periods_merge_by_time_with_ties_in_file_order() throws IOException {
        writeTables("27k");
        write("log_standard_4_08_to_4_21_27k_part1.csv", LOG_HEADER, shown(0, 5, 30, 1), shown(0, 5, 10, 1));
        write("log_standard_4_08_to_4_21_27k_part10.csv", LOG_HEADER, shown(0, 5, 10, 1));
        write("log_standard_4_08_to_4_21_27k_part2.csv", LOG_HEADER, shown(0, 5, 10, 1), shown(0, 5, 20, 1));
        write("log_standard_4_22_to_5_08_27k_part1.csv", LOG_HEADER, shown(0, 5, 5, 1), shown(0, 5, 10, 1));
        write("log_random_4_22_to_5_08_27k.csv", "not read");

        assertThat(read().ids()).containsExactly("3:2", "0:3", "1:2", "2:2", "3:3", "1:3", "0:2");
    }

    @Test
    void the_random_log_is_read_where_it_is_asked_for() throws IOException {
        writeTables("1k");
        write("log_standard_4_08_to_4_21_1k.csv", LOG_HEADER, shown(0, 5, 30, 1), shown(0, 5, 10, 1));
        write("log_random_4_22_to_5_08_1k.csv", LOG_HEADER, shown(0, 3, 20, 1), shown(0, 3, 30, 1));

        assertThat(read().ids()).containsExactly("0:3", "0:2");
        assertThat(read(KuaiRandLogs.RANDOM).ids()).containsExactly("0:2", "0:3");
        assertThat(read(KuaiRandLogs.ALL).ids()).containsExactly("0:3", "1:2", "0:2", "1:3");
    }

    private Entries read(KuaiRandLogs logs) {
        return Entries.of(Dataset.KUAIRAND.open(DatasetOptions.of(folder).withLogs(logs)));
    }

    @Test
    void many_spilled_runs_give_the_order_of_a_stable_sort() throws IOException {
        writeTables("pure");
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of(LOG_HEADER));
        List<long[]> timesAndLines = new ArrayList<>();
        for (int line = 2; line < 2_000; line++) {
            long time = 1L + random.nextInt(300);
            timesAndLines.add(new long[] {time, line});
            lines.add(shown(0, 5, time, random.nextInt(15)));
        }
        write("log_standard_4_08_to_4_21_pure.csv", lines.toArray(String[]::new));
        timesAndLines.sort(Comparator.comparingLong(timeAndLine -> timeAndLine[0]));

        assertThat(Entries.of(KuaiRandReader.open(DatasetOptions.of(folder), new EventTimeSorter.Limits(100, 1 << 20)))
                        .ids())
                .isEqualTo(timesAndLines.stream()
                        .map(timeAndLine -> "0:" + timeAndLine[1])
                        .toList());
    }

    @Test
    void tabs_are_filtered_and_bad_lines_kept() throws IOException {
        writeTables("1k");
        write(
                "log_standard_4_08_to_4_21_1k.csv",
                LOG_HEADER,
                shown(0, 5, 10, 1),
                shown(0, 5, 20, 14),
                shown(0, 5, 30, 0).replace(",1,863", ",2,863"),
                shown(0, 5, 0, 0),
                shown(0, 5, 40, 0).replace(",0,0,0,0,0", ",0,0,0,0"));

        Entries entries =
                Entries.of(Dataset.KUAIRAND.open(DatasetOptions.of(folder).withDomains(Set.of("0", "1"))));

        assertThat(entries.ids()).containsExactly("0:2");
        assertThat(entries.badLineNumbers()).containsExactly(4L, 5L, 6L);
        assertThat(entries.bad().get(0).getReason()).isEqualTo("column long_view: expected 0 or 1, found '2'");
        assertThat(entries.counts()).isEqualTo(new LineCounts(5, 1, 3, 1, 0));
    }

    @Test
    void noise_in_the_log_is_never_lost() throws IOException {
        writeTables("1k");
        Random random = new Random(11);
        byte[] clean = (LOG_HEADER + "\n" + (shown(0, 5, 1_649_554_200_000L, 1) + "\n").repeat(400))
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 600; i++) {
            clean[LOG_HEADER.length() + 1 + random.nextInt(clean.length - LOG_HEADER.length() - 1)] =
                    (byte) (random.nextInt(4) == 0 ? "\",\n.".charAt(random.nextInt(4)) : random.nextInt(256));
        }
        Files.write(folder.resolve("log_standard_4_08_to_4_21_1k.csv"), clean);
        long lines = new String(clean, StandardCharsets.ISO_8859_1)
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                - 1;
        long unended = clean[clean.length - 1] == '\n' ? 0 : 1;

        LineCounts counts = read().counts();

        assertThat(counts.read()).isEqualTo(lines + unended);
        assertThat(counts.impressions() + counts.bad()).isEqualTo(counts.read());
        assertThat(counts.bad()).isPositive();
        assertThat(counts.impressions()).isPositive();
    }

    @Test
    void what_is_missing_is_named() throws IOException {
        assertThatThrownBy(this::read).hasMessageContaining("has no log_standard_4_08_to_4_21_1k.csv");
        write("log_standard_4_08_to_4_21_pure.csv", LOG_HEADER.replace(",tab", ",surface"));
        assertThatThrownBy(this::read).hasMessageContaining("has no user_features_pure.csv");
        writeTables("pure");
        assertThatThrownBy(this::read).hasMessageContaining("4_21_pure.csv, line 1: the header lacks column tab");
        writeTables("1k");
        assertThatThrownBy(this::read).hasMessageContaining("several KuaiRand editions (1k, pure)");
    }

    @Test
    void the_real_side_tables_are_read_whole() {
        Path real = RealData.folder("kuairand-pure");
        KuaiRandVideos videos = new KuaiRandVideos(List.of(real.resolve("video_features_basic_pure.csv")));
        KuaiRandUsers users = new KuaiRandUsers(List.of(real.resolve("user_features_pure.csv")));

        assertThat(videos.size()).isEqualTo(7_583);
        assertThat(videos.addSlots(7_582, new ArrayList<>())).isTrue();
        assertThat(videos.addSlots(7_583, new ArrayList<>())).isFalse();
        assertThat(users.slots(27_284)).isPresent();
        assertThat(users.slots(27_285)).isEmpty();
    }
}
