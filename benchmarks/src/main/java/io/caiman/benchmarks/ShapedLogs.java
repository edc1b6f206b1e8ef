package io.caiman.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Writes logs in the files, columns and proportions of published ones, with made-up content. */
final class ShapedLogs {

    private static final long SEED = 1;

    private static final int KUAIRAND_USERS = 1_000;
    private static final int KUAIRAND_VIDEOS = 4_370_000;
    private static final int KUAIRAND_AUTHORS = 2_000_000;
    private static final int KUAIRAND_TAGS = 70;
    private static final int[] KUAIRAND_TABS = {1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 4, 6};
    private static final long KUAIRAND_START_MS = 1_649_347_200_000L;
    private static final long KUAIRAND_SPAN_MS = 31L * 24 * 3_600_000;

    /** Published: 42.3 million training samples share 730,600 lines. */
    private static final int ALICCP_SAMPLES_PER_LINE = 58;

    private static final int ALICCP_IDS_PER_SLOT = 180;
    private static final String[] ALICCP_USER_FIELDS = {"121", "122", "124", "125", "126", "127", "128", "129"};
    private static final String[] ALICCP_LISTS = {"109_14", "110_14", "127_14", "150_14"};
    private static final String[] ALICCP_ITEM_FIELDS = {"206", "207", "210", "216"};
    private static final String[] ALICCP_CROSSES = {"508", "509", "702", "853"};

    private ShapedLogs() {}

    /** KuaiRand-1K: two standard logs grouped by user, the user table and the table of basic video features. */
    static void kuaiRand(Path folder, int impressions) throws IOException {
        Path made = folder.resolveSibling(folder.getFileName() + ".making");
        Files.createDirectories(made);
        SplittableRandom random = new SplittableRandom(SEED);
        try (BufferedWriter users = Files.newBufferedWriter(made.resolve("user_features_1k.csv"))) {
            users.write(
                    "user_id,user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,follow_user_num,"
                            + "follow_user_num_range,fans_user_num,fans_user_num_range,friend_user_num,friend_user_num_range,"
                            + "register_days,register_days_range");
            for (int feature = 0; feature < 18; feature++) {
                users.write(",onehot_feat" + feature);
            }
            users.write('\n');
            for (int user = 0; user < KUAIRAND_USERS; user++) {
                users.write(user + ",full_active,0,0," + random.nextInt(2)
                        + ",514,500+,150,\"[100,1k)\",34,\"[30,60)\",799,730+");
                for (int feature = 0; feature < 18; feature++) {
                    users.write("," + random.nextInt(50) + (feature > 11 ? ".0" : ""));
                }
                users.write('\n');
            }
        }
        try (BufferedWriter videos = Files.newBufferedWriter(made.resolve("video_features_basic_1k.csv"))) {
            videos.write(
                    "video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,"
                            + "server_height,music_id,music_type,tag\n");
            for (int video = 0; video < KUAIRAND_VIDEOS; video++) {
                String tag = random.nextInt(5) == 0
                        ? "\"" + random.nextInt(KUAIRAND_TAGS) + "," + random.nextInt(KUAIRAND_TAGS) + "\""
                        : Integer.toString(random.nextInt(KUAIRAND_TAGS));
                videos.write(video + "," + random.nextInt(KUAIRAND_AUTHORS) + ",NORMAL,2022-04-10,LongImport,0.0,"
                        + random.nextInt(300_000) + ".0,720.0,1280.0," + random.nextLong(10_000_000_000L) + ",9.0,"
                        + tag
                        + "\n");
            }
        }
        String header =
                "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,"
                        + "long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab\n";
        String[] logs = {"log_standard_4_08_to_4_21_1k.csv", "log_standard_4_22_to_5_08_1k.csv"};
        for (int half = 0; half < logs.length; half++) {
            try (BufferedWriter log = Files.newBufferedWriter(made.resolve(logs[half]))) {
                log.write(header);
                int lines = impressions / logs.length;
                for (int line = 0; line < lines; line++) {
                    int user = (int) ((long) line * KUAIRAND_USERS / lines);
                    long time = KUAIRAND_START_MS + (half * KUAIRAND_SPAN_MS + random.nextLong(KUAIRAND_SPAN_MS)) / 2;
                    int click = random.nextInt(3) == 0 ? 1 : 0;
                    log.write(user + "," + random.nextInt(KUAIRAND_VIDEOS) + ",20220410,930," + time + "," + click
                            + ",0,0,0,0,0," + random.nextInt(2) + "," + random.nextInt(60_000) + ",30066,0,0,0,0,"
                            + KUAIRAND_TABS[random.nextInt(KUAIRAND_TABS.length)] + "\n");
                }
            }
        }
        Files.move(made, folder);
    }

    /** Ali-CCP: half of the samples for training, half for testing, which share lines of common features. */
    static void aliCcp(Path folder, int samples) throws IOException {
        Path made = folder.resolveSibling(folder.getFileName() + ".making");
        Files.createDirectories(made);
        SplittableRandom random = new SplittableRandom(SEED);
        for (String part : new String[] {"train", "test"}) {
            int lines = samples / 2 / ALICCP_SAMPLES_PER_LINE + 1;
            try (BufferedWriter common = Files.newBufferedWriter(made.resolve("common_features_" + part + ".csv"))) {
                for (int line = 0; line < lines; line++) {
                    common.write(index(part, line) + ","
                            + (1 + ALICCP_USER_FIELDS.length + ALICCP_LISTS.length * ALICCP_IDS_PER_SLOT) + ",");
                    common.write(entry("101", line, "1.0"));
                    for (String field : ALICCP_USER_FIELDS) {
                        common.write("\u0001" + entry(field, 3_000_000 + random.nextInt(50), "1.0"));
                    }
                    for (String field : ALICCP_LISTS) {
                        for (int id = 0; id < ALICCP_IDS_PER_SLOT; id++) {
                            String weight = random.nextInt(6) + "." + (10_000 + random.nextInt(80_000));
                            common.write("\u0001" + entry(field, random.nextInt(9_000_000), weight));
                        }
                    }
                    common.write('\n');
                }
            }
            try (BufferedWriter log = Files.newBufferedWriter(made.resolve("sample_skeleton_" + part + ".csv"))) {
                for (int sample = 0; sample < samples / 2; sample++) {
                    int click = random.nextInt(25) == 0 ? 1 : 0;
                    int conversion = click == 1 && random.nextInt(200) == 0 ? 1 : 0;
                    log.write(sample + "," + click + "," + conversion + ","
                            + index(part, sample / ALICCP_SAMPLES_PER_LINE) + ","
                            + (2 + ALICCP_ITEM_FIELDS.length + ALICCP_CROSSES.length) + ",");
                    log.write(entry("301", 9_351_665 + random.nextInt(3), "1.0"));
                    log.write("\u0001" + entry("205", 4_000_000 + random.nextInt(4_300_000), "1.0"));
                    for (String field : ALICCP_ITEM_FIELDS) {
                        log.write("\u0001" + entry(field, 8_000_000 + random.nextInt(100_000), "1.0"));
                    }
                    for (String field : ALICCP_CROSSES) {
                        log.write("\u0001"
                                + entry(
                                        field,
                                        9_000_000 + random.nextInt(100_000),
                                        "0." + (10_000 + random.nextInt(80_000))));
                    }
                    log.write('\n');
                }
            }
        }
        Files.move(made, folder);
    }

    private static String index(String part, int line) {
        return part + "%08x".formatted(line);
    }

    private static String entry(String field, long id, String value) {
        return field + '\u0002' + id + '\u0003' + value;
    }
}
