package io.caiman.jobs.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WaitingScoresTest {

    private record Score(long key, long eventTime, int model, long scoredLabel) {}

    @Test
    void scores_are_found_by_impression_and_model_until_they_are_given_up_and_then_counted_as_a_map_counts_them() {
        Random random = new Random(3);
        WaitingScores scores = new WaitingScores();
        Map<Long, List<Score>> expected = new HashMap<>();
        AtomicLong unpaired = new AtomicLong();
        long expectedUnpaired = 0;
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 500; i++) {
                long key = random.nextInt(3_000) * 64L; // collides in the lowest bits
                Score score = new Score(key, key % 1_000, random.nextInt(3), random.nextLong());
                boolean known = expected.getOrDefault(key, List.of()).stream().anyMatch(s -> s.model == score.model);
                assertThat(scores.find(key, score.model) != WaitingScores.NONE).isEqualTo(known);
                if (!known) {
                    scores.add(key, score.eventTime, score.model, score.scoredLabel);
                    expected.computeIfAbsent(key, any -> new ArrayList<>()).add(score);
                }
            }
            long givenUp = random.nextInt(-100, 900);
            scores.giveUp(givenUp, 0, unpaired::addAndGet);
            for (List<Score> gone : expected.values().stream()
                    .filter(own -> own.get(0).eventTime <= givenUp)
                    .toList()) {
                boolean paired = gone.size() > 1 && gone.stream().anyMatch(s -> s.model == 0);
                expectedUnpaired += paired ? 0 : gone.size();
                expected.remove(gone.get(0).key);
            }
            assertThat(unpaired.get()).isEqualTo(expectedUnpaired);
            assertThat(scores.size())
                    .isEqualTo(expected.values().stream().mapToInt(List::size).sum());
            expected.forEach((key, own) -> {
                for (Score score : own) {
                    assertThat(scores.scoredLabel(scores.find(key, score.model)))
                            .isEqualTo(score.scoredLabel);
                }
                int chained = 0;
                for (int score = scores.first(key); score != WaitingScores.NONE; score = scores.next(score)) {
                    chained++;
                }
                assertThat(chained).isEqualTo(own.size());
            });
        }
    }
}
