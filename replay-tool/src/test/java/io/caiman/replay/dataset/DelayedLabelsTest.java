package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayedLabelsTest {

    private static final DatasetOptions LOG = DatasetOptions.ofSynthetic().withLimit(5_000);

    private static List<LogEntry> entries(LabelDelays delays) {
        List<LogEntry> entries = new ArrayList<>();
        try (ImpressionSource log = new DelayedLabels(Dataset.SYNTHETIC.open(LOG), delays)) {
            log.forEachRemaining(entries::add);
        }
        return entries;
    }

    private static long time(LogEntry entry) {
        return entry instanceof LogEntry.Shown shown
                ? shown.eventTimeMs()
                : ((LogEntry.Reaction) entry).feedback().getEventTimeMs();
    }

    @Test
    void positives_follow_their_impression_after_the_delay_and_all_is_in_order_of_time() {
        LabelDelays delays = LabelDelays.parse(List.of("exp:1h"), 3);
        List<LogEntry> entries = entries(delays);

        assertThat(entries).extracting(DelayedLabelsTest::time).isSorted();
        Map<String, Impression> shown = new HashMap<>();
        Map<String, Feedback> given = new HashMap<>();
        for (LogEntry entry : entries) {
            if (entry instanceof LogEntry.Shown one) {
                Impression impression = one.impression();
                assertThat(impression.getLabels()).isEmpty();
                assertThat(impression.getAwaited()).containsExactly("click");
                shown.put(impression.getId(), impression);
            } else if (entry instanceof LogEntry.Reaction reaction) {
                Feedback feedback = reaction.feedback();
                assertThat(shown).containsKey(feedback.getImpressionId());
                assertThat(given.put(feedback.getImpressionId(), feedback)).isNull();
            }
        }
        double totalMs = 0;
        for (Impression impression : Entries.of(Dataset.SYNTHETIC.open(LOG)).impressions()) {
            Feedback feedback = given.get(impression.getId());
            assertThat(feedback != null).isEqualTo(impression.getLabels().get("click"));
            if (feedback != null) {
                assertThat(feedback.getUser()).isEqualTo(impression.getUser());
                totalMs += feedback.getEventTimeMs() - impression.getEventTimeMs();
            }
        }
        assertThat(shown).hasSize(5_000);
        double meanMs = totalMs / given.size();
        double fourStandardErrors = 4 * 3_600_000 / Math.sqrt(given.size());
        assertThat(meanMs).isCloseTo(3_600_000, within(fourStandardErrors));
    }

    @Test
    void the_same_seed_gives_the_same_delays() {
        assertThat(entries(LabelDelays.parse(List.of("exp:1h"), 3)))
                .isEqualTo(entries(LabelDelays.parse(List.of("exp:1h"), 3)))
                .isNotEqualTo(entries(LabelDelays.parse(List.of("exp:1h"), 4)));
    }

    @Test
    void labels_of_tasks_without_a_delay_stay_where_they_are() {
        List<LogEntry> entries = entries(LabelDelays.parse(List.of("purchase=1d"), 1));

        assertThat(entries).hasSize(5_000).allSatisfy(entry -> {
            Impression impression = ((LogEntry.Shown) entry).impression();
            assertThat(impression.getLabels()).containsOnlyKeys("click");
            assertThat(impression.getAwaited()).isEmpty();
        });
    }

    @Test
    void delays_are_read_by_task() {
        LabelDelays delays = LabelDelays.parse(List.of("10m", "click=500ms", "conversion=exp:1d"), 7);

        assertThat(delays.delay("i", "like")).isEqualTo(Optional.of(Duration.ofMinutes(10)));
        assertThat(delays.delay("i", "click")).isEqualTo(Optional.of(Duration.ofMillis(500)));
        assertThat(delays.byTask().get("conversion")).isEqualTo(new LabelDelays.Delay.Exponential(Duration.ofDays(1)));
        assertThat(LabelDelays.parse(List.of("click=1s"), 7).delay("i", "like")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "-1m", "click=", "=1m", "exp:", "1w", "click=1m,click=2m", "1m,2m"})
    void other_delays_are_refused(String text) {
        assertThatThrownBy(() -> LabelDelays.parse(List.of(text.split(",", -1)), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
