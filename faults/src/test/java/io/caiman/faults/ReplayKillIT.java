package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.local.Caiman;
import io.caiman.replay.Replay;
import io.caiman.replay.ReplayListener;
import io.caiman.replay.ReplayOptions;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.DelayedLabels;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LabelDelays;
import io.caiman.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a replay and its broker again and again, and compares what the topics hold with a replay that nobody disturbed: each
 * impression, each reaction and each bad line exactly once, and each partition in the same order.
 *
 * <p>{@code -Dcaiman.faults.kills=N} and {@code -Dcaiman.faults.seed=S} as for {@link KillIT}.
 */
class ReplayKillIT {

    private static final int RATINGS_PER_KILL = 12_000;
    private static final int PARTITIONS = 3;
    private static final String DELAY = "exp:10m";

    @TempDir
    Path directory;

    @Test
    void a_replay_that_was_killed_leaves_what_an_undisturbed_one_does() throws Exception {
        int kills = Integer.getInteger("caiman.faults.kills", 20);
        String givenSeed = System.getProperty("caiman.faults.seed", "");
        long seed = givenSeed.isEmpty() ? System.nanoTime() : Long.parseLong(givenSeed);
        Random random = new Random(seed);
        writeLog(kills * RATINGS_PER_KILL);
        Path logs = Files.createDirectories(Path.of("target", "fault-logs"));
        int port = Cluster.freePort();
        String address = "127.0.0.1:" + port;
        try (Victim broker = new Victim(
                        "broker",
                        logs.resolve("replay-broker.log"),
                        List.of("-Xmx400m"),
                        List.of(
                                Broker.class.getName(),
                                directory.resolve("broker").toString(),
                                Integer.toString(port)));
                Victim replay = replay(logs, address, "4000");
                Victim hurrying = replay(logs, address, "max")) {
            broker.start();
            ImpressionSource log = new DelayedLabels(
                    Dataset.MOVIELENS.open(DatasetOptions.of(directory)), LabelDelays.parse(List.of(DELAY), 1));
            try (log) {
                ReplayOptions options = ReplayOptions.to(address, Topics.withPrefix("whole-"));
                Replay.run(log, options.withPartitions(PARTITIONS), ReplayListener.SILENT);
            }
            Map<String, Integer> victims = new TreeMap<>();
            replay.start();
            for (int kill = 1; kill <= kills; kill++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(4000));
                assertThat(replay.isAlive()).as("the log outlasts the kills").isTrue();
                Victim victim = random.nextInt(4) == 0 ? broker : replay;
                victim.kill();
                victim.start();
                victims.merge(victim.name(), 1, Integer::sum);
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(4000));
            replay.kill();
            hurrying.start();
            assertThat(hurrying.end()).isZero();

            Topics topics = Topics.withPrefix("");
            for (String name : List.of(topics.impressions(), topics.feedback(), topics.deadLetters())) {
                Map<Integer, List<String>> found = records(address, "killed-" + name);
                assertThat(found).as(name).isEqualTo(records(address, "whole-" + name));
                System.out.printf(
                        "%s: %,d records the same%n",
                        name, found.values().stream().mapToInt(List::size).sum());
            }
            System.out.printf("seed %d: after killing %s%n", seed, victims);
        }
    }

    private Victim replay(Path logs, String address, String rate) {
        return new Victim(
                "replay",
                logs.resolve("replay.log"),
                List.of("-Xmx300m"),
                List.of(
                        Caiman.class.getName(),
                        "replay",
                        "--dataset",
                        "movielens",
                        "--data",
                        directory.toString(),
                        "--label-delay",
                        DELAY,
                        "--topic-prefix",
                        "killed-",
                        "--partitions",
                        Integer.toString(PARTITIONS),
                        "--rate",
                        rate,
                        "--bootstrap-servers",
                        address));
    }

    private void writeLog(int ratings) throws IOException {
        Files.writeString(directory.resolve("movies.csv"), "movieId,title,genres\n1,A (1990),Comedy\n2,B,Drama|War\n");
        Random random = new Random(1);
        List<String> lines = new ArrayList<>(List.of("userId,movieId,rating,timestamp"));
        for (int i = 0; i < ratings; i++) {
            int movie = i % 400 == 0 ? 3 : 1 + random.nextInt(2);
            lines.add(random.nextInt(500) + "," + movie + "," + (1 + random.nextInt(5)) + ","
                    + (1_000_000 + random.nextInt(100_000)));
        }
        Files.write(directory.resolve("ratings.csv"), lines);
    }

    /** What a topic holds, by partition. */
    private static Map<Integer, List<String>> records(String address, String topic) {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", address));
        Map<Integer, List<String>> records = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    records.computeIfAbsent(record.partition(), any -> new ArrayList<>())
                            .add(Arrays.toString(record.key()) + " " + Arrays.hashCode(record.value()) + " "
                                    + (record.value() == null ? 0 : record.value().length) + " "
                                    + Arrays.toString(record.headers().toArray()));
                }
            }
        }
        return records;
    }
}
