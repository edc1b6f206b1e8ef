package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged logs: nothing crashes, and every line is either given or bad. */
class FuzzedInputTest {

    private static final int ROUNDS = 40;
    private static final int LINES = 300;

    @TempDir
    Path folder;

    /** Fixtures in the real layouts, and which of their files is the log. */
    enum Fixture {
        MOVIELENS_CSV(Dataset.MOVIELENS, "ratings.csv", true) {
            @Override
            void write(Path folder) throws IOException {
                Files.writeString(
                        folder.resolve("movies.csv"), "movieId,title,genres\n1,\"A, The\",Drama\n2,B,War|Drama\n");
                log(
                        folder,
                        "userId,movieId,rating,timestamp",
                        (line, random) -> random.nextInt(9) + "," + (1 + random.nextInt(2)) + ",4.5," + (1_000 + line));
            }
        },
        MOVIELENS_DAT(Dataset.MOVIELENS, "ratings.dat", false) {
            @Override
            void write(Path folder) throws IOException {
                Files.writeString(folder.resolve("movies.dat"), "1::A::Drama\n2::B::War|Drama\n");
                log(
                        folder,
                        "",
                        (line, random) ->
                                random.nextInt(9) + "::" + (1 + random.nextInt(2)) + "::4::" + (1_000 + line));
            }
        },
        KUAIRAND(Dataset.KUAIRAND, "log_standard_4_08_to_4_21_1k.csv", true) {
            @Override
            void write(Path folder) throws IOException {
                KuaiRandReaderTest.writeTables(folder, "1k");
                log(
                        folder,
                        KuaiRandReaderTest.LOG_HEADER,
                        (line, random) -> KuaiRandReaderTest.shown(
                                0, random.nextInt(6), 1L + random.nextInt(1000), random.nextInt(15)));
            }
        },
        ALICCP(Dataset.ALICCP, "sample_skeleton_train.csv", false) {
            @Override
            void write(Path folder) throws IOException {
                String common = AliCcpReaderTest.common("aa", "101:7:1.0", "121:3:0.5") + "\n";
                Files.writeString(folder.resolve("common_features_train.csv"), common);
                Files.writeString(folder.resolve("common_features_test.csv"), common);
                Files.writeString(folder.resolve("sample_skeleton_test.csv"), "");
                log(
                        folder,
                        "",
                        (line, random) -> AliCcpReaderTest.sample(
                                random.nextInt(2), 0, "aa", "205:" + line + ":1.0", "301:1:1.0", "508:3:0.25"));
            }
        },
        OWN(Dataset.OWN, "events.csv", true) {
            @Override
            void write(Path folder) throws IOException {
                Files.writeString(folder.resolve("layout.yaml"), """
                        files: [events.csv]
                        user: user
                        item: item
                        domain: domain
                        time: {column: time, unit: iso8601}
                        labels: {click: clicked, like: {column: stars, at-least: 4}}
                        slots: {tag: {column: tags, separator: "|"}}
                        dense: {price: price}
                        """);
                log(
                        folder,
                        "user,item,domain,time,clicked,stars,tags,price,unused",
                        (line, random) -> "u%d,%d,home,2024-01-01T00:00:%02dZ,%d,%d,a|b,%d.5,x"
                                .formatted(
                                        random.nextInt(9),
                                        line,
                                        random.nextInt(60),
                                        random.nextInt(2),
                                        random.nextInt(6),
                                        random.nextInt(100)));
            }

            @Override
            DatasetOptions options(Path folder) {
                return DatasetOptions.of(folder).withLayout(folder.resolve("layout.yaml"));
            }
        };

        private final Dataset dataset;
        private final String log;
        private final boolean header;

        Fixture(Dataset dataset, String log, boolean header) {
            this.dataset = dataset;
            this.log = log;
            this.header = header;
        }

        /** Writes the files of the dataset. */
        abstract void write(Path folder) throws IOException;

        DatasetOptions options(Path folder) {
            return DatasetOptions.of(folder);
        }

        interface Line {
            String of(int line, Random random);
        }

        void log(Path folder, String headerLine, Line line) throws IOException {
            Random random = new Random(1);
            StringBuilder text = new StringBuilder(header ? headerLine + "\n" : "");
            for (int i = 0; i < LINES; i++) {
                text.append(line.of(i, random)).append('\n');
            }
            Files.writeString(folder.resolve(log), text);
        }
    }

    @ParameterizedTest
    @EnumSource(Fixture.class)
    void every_line_of_a_damaged_log_is_given_or_bad(Fixture fixture) throws IOException {
        fixture.write(folder);
        Path log = folder.resolve(fixture.log);
        byte[] sound = Files.readAllBytes(log);
        LineCounts undamaged =
                Entries.of(fixture.dataset.open(fixture.options(folder))).counts();
        assertThat(undamaged).isEqualTo(new LineCounts(LINES, LINES, 0, 0, undamaged.withoutFeatures()));
        long bad = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage(sound, fixture.header ? indexOfBody(sound) : 0, new Random(round));
            Files.write(log, damaged);

            Entries entries = Entries.of(fixture.dataset.open(fixture.options(folder)));

            assertThat(entries.counts().read())
                    .as("lines read in round %d", round)
                    .isEqualTo(lines(damaged, fixture));
            assertThat((long) entries.impressions().size() + entries.bad().size())
                    .as("round %d", round)
                    .isEqualTo(entries.counts().read());
            assertThat(entries.bad())
                    .allSatisfy(letter -> assertThat(letter.getReason()).isNotBlank());
            bad += entries.bad().size();
        }
        assertThat(bad).isGreaterThan(ROUNDS);
    }

    private static int indexOfBody(byte[] text) {
        int at = 0;
        while (text[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private static long lines(byte[] text, Fixture fixture) {
        long lines = new String(text, StandardCharsets.ISO_8859_1).split("\n", -1).length;
        boolean ended = text.length == 0 || text[text.length - 1] == '\n';
        return lines - (ended ? 1 : 0) - (fixture.header ? 1 : 0);
    }

    /** Cuts, doubles, overwrites and swells at random behind a place. */
    private static byte[] damage(byte[] sound, int from, Random random) {
        ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        damaged.write(sound, 0, from);
        int at = from;
        while (at < sound.length) {
            int run = Math.min(sound.length - at, 1 + random.nextInt(400));
            damaged.write(sound, at, run);
            at += run;
            switch (random.nextInt(9)) {
                case 0 -> at += random.nextInt(30); // cut
                case 1 -> damaged.write(random.nextInt(256));
                case 2 -> damaged.writeBytes("\"".getBytes(StandardCharsets.UTF_8));
                case 3 -> damaged.writeBytes(",,".getBytes(StandardCharsets.UTF_8));
                case 4 -> damaged.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
                case 5 -> damaged.writeBytes(".0".getBytes(StandardCharsets.UTF_8));
                case 6 -> damaged.writeBytes("9".repeat(1 + random.nextInt(40)).getBytes(StandardCharsets.UTF_8));
                case 7 -> {
                    byte[] noise = new byte[random.nextInt(20)];
                    random.nextBytes(noise);
                    damaged.writeBytes(noise);
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        damaged.writeBytes("x".repeat(100_000).getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return damaged.toByteArray();
    }
}
