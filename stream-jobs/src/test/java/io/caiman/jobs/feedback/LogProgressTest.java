package io.caiman.jobs.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LogProgressTest {

    private static final TopicPartition LIVELY = new TopicPartition("impressions", 0);
    private static final TopicPartition QUIET = new TopicPartition("impressions", 1);
    private static final TopicPartition NEVER_READ = new TopicPartition("feedback", 0);
    private static final List<TopicPartition> ALL = List.of(LIVELY, QUIET, NEVER_READ);

    private static LogProgress restored(LogProgress progress) {
        LogProgress restored = new LogProgress(ALL);
        restored.restore(progress.latest());
        return restored;
    }

    @Test
    void what_is_over_stays_over_after_a_restore_though_partitions_were_passed_over() {
        LogProgress progress = new LogProgress(ALL);
        progress.read(QUIET, 100);
        progress.passOverQuiet();
        progress.read(LIVELY, 1_000);
        progress.passOverQuiet();
        assertThat(progress.pass()).isEqualTo(999);

        LogProgress restored = restored(progress);

        assertThat(restored.pass()).isEqualTo(999);
        assertThat(restored.read(QUIET, 200))
                .isEqualTo(progress.read(QUIET, 200))
                .isEqualTo(1_000);
    }

    @Test
    void the_times_of_the_next_records_are_the_same_after_a_restore() {
        for (int seed = 0; seed < 500; seed++) {
            if (progress(seed).isEnded()) {
                continue; // and begins anew
            }
            assertThat(restored(progress(seed)).pass())
                    .isGreaterThanOrEqualTo(progress(seed).pass());
            for (TopicPartition next : ALL) {
                for (int time : new int[] {0, 500, 1_000}) {
                    assertThat(restored(progress(seed)).read(next, time))
                            .isEqualTo(progress(seed).read(next, time));
                }
            }
        }
    }

    private static LogProgress progress(int seed) {
        Random random = new Random(seed);
        LogProgress progress = new LogProgress(ALL);
        for (int step = 0; step < 12; step++) {
            TopicPartition partition = ALL.get(random.nextInt(ALL.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> progress.passOverQuiet();
                case 2 -> progress.readUntimed(partition);
                case 3 -> progress.end(partition);
                default -> progress.read(partition, random.nextInt(1_000));
            }
            progress.pass();
        }
        return progress;
    }
}
