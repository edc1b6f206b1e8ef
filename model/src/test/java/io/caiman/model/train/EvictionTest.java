package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.CandidateInitializer;
import io.caiman.model.embedding.InMemoryEmbeddingStore;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.spec.EvictionSpec;
import io.caiman.model.train.Evicted.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvictionTest {

    private static final float DECAY = 0.9f;
    private static final int BUDGET_OF_SHARD = 10;
    private static final EvictionSpec SPEC =
            new EvictionSpec(BUDGET_OF_SHARD * RowShards.COUNT, 0.1f, 1f, DECAY, 0.8f, 30);
    private static final int TODAY = 20_000;

    /** What is known of a row, kept apart from the store. */
    private record Use(long key, int day, int shows, int clicks) {

        double score() {
            return (0.1f * (double) shows + clicks) * (float) Math.pow(DECAY, TODAY - day);
        }
    }

    private final Random random = new Random(11);
    private final InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(new CandidateInitializer(), 1);
    private final Map<Long, Use> uses = new HashMap<>();

    @Test
    void a_sweep_gives_up_what_a_search_through_all_rows_would() {
        for (int i = 0; i < 4000; i++) {
            add(RowKeys.mix(i), TODAY - random.nextInt(i % 2 == 0 ? 3 : 40), 4 + random.nextInt(60), random.nextInt(4));
        }
        long[] spared = {RowKeys.mix(1), RowKeys.mix(2)};
        RowTable touched = touch(RowKeys.mix(3), RowKeys.mix(4), RowKeys.mix(5));
        Set<Long> staying = Set.of(spared[0], spared[1], RowKeys.mix(3), RowKeys.mix(4), RowKeys.mix(5));
        Map<Long, Reason> expected = new HashMap<>();
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            searchThrough(shard, staying, expected);
        }
        assertThat(new HashSet<>(expected.values())).as("all reasons occur").hasSize(3);

        List<Eviction.Row> given =
                new Eviction(SPEC, true, RowStatistics.FLOATS).sweep(store, touched, spared, 0, TODAY);

        Map<Long, Reason> found = new HashMap<>();
        given.forEach(row -> found.put(row.key(), row.reason()));
        assertThat(found).isEqualTo(expected);
        assertThat(store.census().rows()).isEqualTo(uses.size() - expected.size());
        for (Eviction.Row row : given) {
            assertThat(uses)
                    .hasEntrySatisfying(
                            row.key(), use -> assertThat(row.score()).isEqualTo(use.score()));
        }
    }

    /** The rows of one over-full shard that must go, found row by row. */
    private void searchThrough(int shard, Set<Long> staying, Map<Long, Reason> expected) {
        List<Use> own = new ArrayList<>(uses.values().stream()
                .filter(use -> RowShards.of(use.key) == shard)
                .toList());
        if (own.size() <= BUDGET_OF_SHARD) {
            return;
        }
        int left = own.size();
        List<Use> others = new ArrayList<>();
        for (Use use : own) {
            if (staying.contains(use.key)) {
                continue;
            }
            if (TODAY - use.day > 30) {
                expected.put(use.key, Reason.UNSEEN);
                left--;
            } else if (use.score() < 0.8f) {
                expected.put(use.key, Reason.LOW_SCORE);
                left--;
            } else {
                others.add(use);
            }
        }
        others.sort(Comparator.comparingDouble(Use::score).thenComparing((a, b) -> Long.compareUnsigned(a.key, b.key)));
        boolean over = left > BUDGET_OF_SHARD;
        for (Use use : others) {
            if (over && left > 9) {
                expected.put(use.key, Reason.OVER_BUDGET);
                left--;
            }
        }
    }

    @Test
    void within_the_budget_one_shard_a_step_is_swept_once_a_day() {
        for (int i = 0; i < 500; i++) {
            add(RowKeys.mix(i), TODAY, 1, 0);
        }
        Eviction eviction = new Eviction(SPEC, true, RowStatistics.FLOATS);
        RowTable none = touch();
        for (long step = 0; step < RowShards.COUNT; step++) {
            assertThat(eviction.sweep(store, none, new long[0], step, TODAY))
                    .as("the first day is the one to count from")
                    .isEmpty();
        }
        int given = 0;
        for (long step = 0; step < RowShards.COUNT; step++) {
            long shard = step;
            List<Eviction.Row> swept = eviction.sweep(store, none, new long[0], step, TODAY + 1);
            assertThat(swept).allMatch(row -> RowShards.of(row.key()) == shard && row.reason() == Reason.LOW_SCORE);
            given += swept.size();
        }
        assertThat(given).isEqualTo(500);
        assertThat(store.census().rows()).isZero();
    }

    @Test
    void without_a_budget_rows_stay_for_ever() {
        add(1, 0, 1, 0);
        EvictionSpec off = new EvictionSpec(0, 0.1f, 1f, DECAY, 0.8f, 30);

        List<Eviction.Row> given =
                new Eviction(off, true, RowStatistics.FLOATS).sweep(store, touch(), new long[0], 0, TODAY);

        assertThat(given).isEmpty();
        assertThat(store.census().rows()).isOne();
    }

    @Test
    void ids_that_wait_for_a_row_do_not_go_for_a_low_score() {
        add(1, TODAY - 1, 1, 0);
        add(2, TODAY - 31, 100, 100);
        Eviction eviction = new Eviction(SPEC, false, RowStatistics.FLOATS);
        List<Eviction.Row> given = new ArrayList<>();
        for (int day = TODAY - 1; day <= TODAY; day++) {
            for (long step = 0; step < RowShards.COUNT; step++) {
                given.addAll(eviction.sweep(store, touch(), new long[0], step, day));
            }
        }
        assertThat(given).extracting(Eviction.Row::key).containsExactly(2L);
    }

    private void add(long key, int day, int shows, int clicks) {
        float[] row = new float[RowStatistics.FLOATS];
        store.gather(new long[] {key}, 1, row);
        for (int show = 0; show < shows; show++) {
            RowStatistics.count(row, 0, 0, day, show < clicks, DECAY);
        }
        store.scatter(new long[] {key}, 1, row);
        uses.put(key, new Use(key, day, shows, clicks));
    }

    private RowTable touch(long... keys) {
        RowTable table = new RowTable(RowStatistics.FLOATS);
        table.load(keys, keys.length, store);
        return table;
    }
}
