package io.caiman.replay.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.replay.dataset.LogEntry;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LogInspectionTest {

    private static final Offset<Double> ROUNDING = Offset.offset(1e-12);

    @Test
    void its_figures_are_those_of_counting_one_by_one() {
        Random random = new Random(4);
        List<Impression> log = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Map<String, Boolean> labels = random.nextInt(4) == 0
                    ? Map.of("click", random.nextInt(10) == 0)
                    : Map.of("click", random.nextBoolean(), "like", random.nextInt(50) == 0);
            List<Slot> slots = random.nextInt(3) == 0
                    ? List.of()
                    : List.of(
                            new Slot("tag", List.of((long) random.nextInt(30), (long) random.nextInt(30)), List.of()));
            log.add(new Impression(
                    "i" + i,
                    1_000_000L + random.nextInt(1_000_000_000),
                    "u" + random.nextInt(300),
                    "v" + random.nextInt(700),
                    "d" + random.nextInt(3),
                    slots,
                    Map.of(),
                    labels,
                    null,
                    List.of()));
        }
        LogInspection inspection = new LogInspection();
        log.forEach(impression -> inspection.add(LogEntry.Shown.of(impression)));

        assertThat(inspection.users()).isEqualTo(distinct(log, Impression::getUser));
        assertThat(inspection.items()).isEqualTo(distinct(log, Impression::getItem));
        assertThat(inspection.firstMs())
                .hasValue(
                        log.stream().mapToLong(Impression::getEventTimeMs).min().orElseThrow());
        assertThat(inspection.lastMs())
                .hasValue(
                        log.stream().mapToLong(Impression::getEventTimeMs).max().orElseThrow());
        assertThat(inspection.hours().values().stream()
                        .mapToLong(count -> count)
                        .sum())
                .isEqualTo(log.size());
        for (String domain : List.of("d0", "d1", "d2")) {
            List<Impression> shown =
                    log.stream().filter(one -> one.getDomain().equals(domain)).toList();
            Tally tally = inspection.domains().getOrDefault(domain, new Tally());
            assertThat(tally.impressions()).isEqualTo(shown.size());
            for (String task : List.of("click", "like")) {
                assertThat(tally.rate(task).orElseThrow())
                        .isCloseTo(
                                shown.stream()
                                        .filter(one -> one.getLabels().containsKey(task))
                                        .mapToInt(one -> positive(one, task) ? 1 : 0)
                                        .average()
                                        .orElseThrow(),
                                ROUNDING);
            }
        }
        assertThat(inspection.all().rate("share")).isEmpty();
        for (String task : List.of("click", "like", "share")) {
            assertThat(inspection.usersWithBoth(task)).isEqualTo(usersWithBoth(log, task));
        }
        List<Slot> tags = log.stream().flatMap(one -> one.getSlots().stream()).toList();
        LogInspection.SlotUse use = inspection.slots().get("tag");
        assertThat(use).isNotNull();
        assertThat(use.impressions()).isEqualTo(tags.size());
        assertThat(use.ids()).isEqualTo(2L * tags.size());
        assertThat(use.distinct())
                .isEqualTo(tags.stream()
                        .flatMap(tag -> tag.getIds().stream())
                        .collect(Collectors.toSet())
                        .size());
    }

    private static int distinct(List<Impression> log, Function<Impression, String> of) {
        return log.stream().map(of).collect(Collectors.toSet()).size();
    }

    private static boolean positive(Impression impression, String task) {
        return Boolean.TRUE.equals(impression.getLabels().get(task));
    }

    private static long usersWithBoth(List<Impression> log, String task) {
        Set<String> positives = new HashSet<>();
        Set<String> negatives = new HashSet<>();
        log.stream()
                .filter(one -> one.getLabels().containsKey(task))
                .forEach(one -> (positive(one, task) ? positives : negatives).add(one.getUser()));
        positives.retainAll(negatives);
        return positives.size();
    }
}
