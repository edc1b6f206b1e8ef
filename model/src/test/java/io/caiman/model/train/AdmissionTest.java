package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that come and go, through the trainer. */
class AdmissionTest {

    private static final String SMALL = """
            name: m
            task: click
            domains: [a, b]
            features: [user, item, domain]
            experts: {count: 2, layers: [4]}
            embedding: {dimension: 2}
            towers: []
            wide: {mode: per-impression, crosses: {pairs: [[user, domain]]}, factors: {features: [user, item], dimension: 2}}
            health: {every-steps: 0}
            """;

    private record Impression(long user, long item, int domain, boolean click, int day) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64})
    void an_id_has_a_row_of_its_own_from_its_nth_sighting_on_whatever_the_batches(int batchSize) {
        ModelSpec spec = spec("admission: {min-count: 3, features: {item: 5, domain: 1}}");
        ModelRows rows = ModelRows.inMemory(spec);
        List<Impression> stream = stream(new Random(4), 500, 150);
        learn(spec, rows, stream, batchSize);

        Map<Long, Float> expectedRows = new HashMap<>();
        Map<Long, Float> expectedCandidates = new HashMap<>();
        count(spec, stream, 0, 3, expectedRows, expectedCandidates);
        count(spec, stream, 1, 5, expectedRows, expectedCandidates);
        count(spec, stream, 2, 1, expectedRows, expectedCandidates);
        assertThat(sightings(rows.features(), RowLayout.of(spec).stride())).isEqualTo(expectedRows);
        assertThat(sightings(rows.candidates(), RowStatistics.FLOATS)).isEqualTo(expectedCandidates);
    }

    /** What rows and counts must be there after the stream, counted impression by impression. */
    private static void count(
            ModelSpec spec,
            List<Impression> stream,
            int feature,
            int minCount,
            Map<Long, Float> rows,
            Map<Long, Float> candidates) {
        Map<Long, Integer> seen = new HashMap<>();
        for (Impression impression : stream) {
            long key = keys(spec, impression)[feature];
            boolean own = seen.merge(key, 1, Integer::sum) >= minCount;
            rows.merge(own ? key : defaultRow(spec, feature), 1f, Float::sum);
        }
        seen.forEach((key, count) -> {
            if (count < minCount) {
                candidates.put(key, (float) count);
            }
        });
    }

    @Test
    void ids_without_a_row_share_one_that_learns() {
        ModelSpec spec = spec("admission: {min-count: 4}");
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            double before = score(trainer, spec, new Impression(1, 1, 0, true, 0));
            assertThat(score(trainer, spec, new Impression(2, 3, 0, true, 0))).isEqualTo(before);
            for (long id = 10; id < 30; id++) {
                trainer.step(batch(spec, List.of(new Impression(id, id, 0, true, 0))));
            }

            double after = score(trainer, spec, new Impression(1, 1, 0, true, 0));
            assertThat(after).isGreaterThan(before + 0.1);
            assertThat(score(trainer, spec, new Impression(2, 3, 0, true, 0))).isEqualTo(after);
        }
    }

    @Test
    void a_default_row_that_no_impression_of_a_batch_needs_stays_as_it_is() {
        ModelSpec spec = spec("admission: {min-count: 2}");
        ModelRows rows = ModelRows.inMemory(spec);
        int stride = RowLayout.of(spec).stride();
        long[] defaults = {defaultRow(spec, 0)};
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            List<Impression> batch = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                batch.add(new Impression(i, 1, 0, true, 0));
            }
            trainer.step(batch(spec, batch));
            float[] before = new float[stride];
            rows.features().gather(defaults, 1, before);
            assertThat(RowStatistics.sightings(before, stride - RowStatistics.FLOATS))
                    .isEqualTo(20);

            // The second sighting of each.
            trainer.step(batch(spec, batch));

            float[] after = new float[stride];
            rows.features().gather(defaults, 1, after);
            assertThat(after).containsExactly(before);
        }
    }

    @Test
    void with_a_probability_ids_get_rows_in_proportion_and_nothing_is_counted() {
        ModelSpec spec = spec("admission: {probability: 0.2}");
        ModelRows rows = ModelRows.inMemory(spec);
        ModelRows again = ModelRows.inMemory(spec);
        List<Impression> stream = new ArrayList<>();
        int users = 2000;
        for (int round = 0; round < 3; round++) {
            for (long user = 0; user < users; user++) {
                stream.add(new Impression(user, 1, 0, false, 0));
            }
        }
        learn(spec, rows, stream, 100);
        learn(spec, again, stream, 7);

        double expected = 1 - Math.pow(0.8, 3);
        double deviation = Math.sqrt(expected * (1 - expected) / users);
        // The default row is one of the feature's.
        assertThat((rows.features().census().ofFeature(0) - 1.0) / users).isCloseTo(expected, within(4 * deviation));
        assertThat(rows.candidates().census().rows()).isZero();
        int stride = RowLayout.of(spec).stride();
        assertThat(sightings(again.features(), stride)).isEqualTo(sightings(rows.features(), stride));
    }

    @Test
    void a_skipped_step_counts_no_sighting() {
        ModelSpec spec = spec("admission: {min-count: 2}");
        ModelRows rows = ModelRows.inMemory(spec);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            MiniBatch bad = new MiniBatch(3);
            bad.start(0, true, 0);
            for (long key : keys(spec, new Impression(1, 1, 0, true, 0))) {
                bad.add(key, Float.NaN);
                bad.endFeature();
            }
            assertThat(trainer.step(bad).skipped()).isPresent();
            assertThat(rows.candidates().census().rows()).isZero();
            assertThat(rows.features().census().rows()).isZero();
        }
    }

    @Test
    void a_row_that_was_given_up_starts_afresh() {
        ModelSpec spec = spec("eviction: {row-budget: 1000, min-score: 0.8}");
        ModelRows rows = ModelRows.inMemory(spec);
        Impression first = new Impression(77, 5, 0, true, 100);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            trainer.step(batch(spec, List.of(new Impression(77, 5, 0, false, 100))));
            List<Evicted> evicted = new ArrayList<>();
            for (int step = 0; step < 2 * RowShards.COUNT; step++) {
                int day = step < RowShards.COUNT ? 100 : 101;
                evicted.addAll(trainer.step(batch(spec, List.of(new Impression(1, 2, 1, true, day))))
                        .evicted());
            }
            assertThat(evicted)
                    .filteredOn(row -> row.table() == Evicted.Table.FEATURES)
                    .extracting(Evicted::feature, Evicted::key, Evicted::reason)
                    .containsExactlyInAnyOrder(
                            tuple("user", keys(spec, first)[0], Evicted.Reason.LOW_SCORE),
                            tuple("item", keys(spec, first)[1], Evicted.Reason.LOW_SCORE),
                            tuple("domain", keys(spec, first)[2], Evicted.Reason.LOW_SCORE));
            assertThat(evicted)
                    .filteredOn(row -> row.table() == Evicted.Table.CROSSES)
                    .extracting(Evicted::feature)
                    .containsExactly("user*domain");

            int stride = RowLayout.of(spec).stride();
            float[] now = new float[stride];
            rows.features().gather(new long[] {keys(spec, first)[0]}, 1, now);
            float[] fresh = new float[stride];
            ModelRows.inMemory(spec).features().gather(new long[] {keys(spec, first)[0]}, 1, fresh);
            assertThat(now).containsExactly(fresh);
        }
    }

    @Test
    void rows_stay_within_the_budget_over_a_stream_of_ever_new_ids() {
        int budget = 1280;
        ModelSpec spec = spec("admission: {min-count: 2}\neviction: {row-budget: %d, min-score: 0}".formatted(budget));
        ModelRows rows = ModelRows.inMemory(spec);
        Random random = new Random(8);
        int batchSize = 50;
        long evicted = 0;
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            long next = 0;
            for (int step = 0; step < 300; step++) {
                List<Impression> batch = new ArrayList<>();
                while (batch.size() < batchSize) {
                    // Each id comes twice, so that it is admitted.
                    Impression impression =
                            new Impression(next, next, random.nextInt(2), random.nextBoolean(), step / 100);
                    batch.add(impression);
                    batch.add(impression);
                    next++;
                }
                evicted += trainer.step(batch(spec, batch)).evicted().size();
                for (EmbeddingStore store : List.of(rows.features(), rows.crosses(), rows.candidates())) {
                    assertThat(store.census().rows()).isLessThanOrEqualTo(budget + 3L * batchSize);
                }
            }
        }
        assertThat(evicted).isGreaterThan(10_000);
    }

    private static ModelSpec spec(String more) {
        return SpecReader.parse("test", SMALL + more);
    }

    private static List<Impression> stream(Random random, int length, int ids) {
        List<Impression> stream = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            stream.add(new Impression(
                    random.nextInt(ids), random.nextInt(ids), random.nextInt(2), random.nextBoolean(), i / 100));
        }
        return stream;
    }

    private static void learn(ModelSpec spec, ModelRows rows, List<Impression> stream, int batchSize) {
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            for (int from = 0; from < stream.size(); from += batchSize) {
                trainer.step(batch(spec, stream.subList(from, Math.min(stream.size(), from + batchSize))));
            }
        }
    }

    private static double score(Trainer trainer, ModelSpec spec, Impression impression) {
        return trainer.score(batch(spec, List.of(impression))).scores()[0];
    }

    private static MiniBatch batch(ModelSpec spec, List<Impression> impressions) {
        MiniBatch batch = new MiniBatch(spec.features().size());
        for (Impression impression : impressions) {
            batch.start(impression.domain, impression.click, TimeUnit.DAYS.toMillis(impression.day));
            for (long key : keys(spec, impression)) {
                batch.add(key, 1);
                batch.endFeature();
            }
        }
        return batch;
    }

    private static long[] keys(ModelSpec spec, Impression impression) {
        return new long[] {key(spec, 0, impression.user), key(spec, 1, impression.item), key(spec, 2, impression.domain)
        };
    }

    private static long key(ModelSpec spec, int feature, long id) {
        return RowKeys.key(RowKeys.hash(spec.features().get(feature)), id);
    }

    private static long defaultRow(ModelSpec spec, int feature) {
        return key(spec, feature, RowKeys.hash("(default)"));
    }

    /** Of every row the store holds, by key. */
    private static Map<Long, Float> sightings(EmbeddingStore store, int stride) {
        Map<Long, Float> found = new HashMap<>();
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            store.scan(
                    shard,
                    (key, rows, offset) ->
                            found.put(key, RowStatistics.sightings(rows, offset + stride - RowStatistics.FLOATS)));
        }
        return found;
    }
}
