package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowVisitor;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.ReferenceModel.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What runs on a GPU, run on the CPU: the same tensor operations, beside the loops over plain arrays. */
class DeviceEmbeddingsTest {

    /** Sums of floats in another order, after some tens of steps. */
    private static final double TOLERANCE = 1e-4;

    private static final int STEPS = 30;
    private static final int BATCH = 16;
    private static final int DAY = 24 * 60 * 60 * 1000;

    /** Of rows that all find room. */
    private static final long AMPLE = 1 << 20;
    /** Rows of no more than the largest mini-batch find room. */
    private static final long SCARCE = 1;

    static Stream<String> specs() {
        return Stream.of(
                "",
                "gate: mmoe\n",
                "embedding: {sets: single, dimension: 3}\n",
                "gradient-clip: 0.05\n",
                "wide: {mode: batch, crosses: {pairs: [[user, item]]}, factors: {features: [user, item], dimension: 2}}\n",
                "admission: {features: {item: 3}}\n",
                "eviction: {row-budget: 128, max-unseen-days: 2}\n",
                "max-domains: 5\n",
                "max-domains: 5\nnetwork: stem\nembedding: {dimension: 2, initial-scale: 1.0}\nexperts: {layers: [5]}\nloss: {}\n",
                "health: {every-steps: 4, feature: user}\n");
    }

    @ParameterizedTest
    @MethodSource("specs")
    void rows_learn_on_a_device_what_they_learn_in_java_s_memory(String more) {
        Run onHost = new Run(more);
        Run onDevice = new Run(more);
        onHost.learn(onHost.onHost());
        onDevice.learn(onDevice.onDevice(AMPLE));
        for (int step = 0; step < STEPS; step++) {
            close(onDevice.results.get(step).scores(), onHost.results.get(step).scores());
            assertThat(onDevice.results.get(step).evicted().stream().map(Evicted::key))
                    .containsExactlyElementsOf(onHost.results.get(step).evicted().stream()
                            .map(Evicted::key)
                            .toList());
        }
        float[] rows = onDevice.rows();
        float[] expected = onHost.rows();
        for (int i = 0; i < rows.length; i++) {
            assertThat((double) rows[i]).as("float %d of the rows", i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void which_rows_are_on_the_device_decides_nothing_bit_for_bit(String more) {
        Run ample = new Run(more);
        Run scarce = new Run(more);
        ample.learn(ample.onDevice(AMPLE));
        scarce.learn(scarce.onDevice(SCARCE));
        for (int step = 0; step < STEPS; step++) {
            assertThat(scarce.results.get(step).scores())
                    .containsExactly(ample.results.get(step).scores());
            assertThat(scarce.results.get(step).health())
                    .isEqualTo(ample.results.get(step).health());
        }
        assertThat(scarce.rows()).containsExactly(ample.rows());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void a_snapshot_leaves_rows_in_the_store_that_another_trainer_goes_on_from_bit_for_bit(String more) {
        Run uninterrupted = new Run(more);
        uninterrupted.learn(uninterrupted.onDevice(AMPLE));
        Run interrupted = new Run(more);
        try (Trainer trainer = interrupted.onDevice(AMPLE)) {
            interrupted.learn(trainer, 0, STEPS / 2);
            byte[] snapshot = trainer.snapshot();
            try (Trainer next = interrupted.onDevice(SCARCE)) {
                next.restore(snapshot);
                interrupted.learn(next, STEPS / 2, STEPS);
                next.snapshot();
            }
        }
        for (int step = 0; step < STEPS; step++) {
            assertThat(interrupted.results.get(step).scores())
                    .containsExactly(uninterrupted.results.get(step).scores());
        }
        assertThat(interrupted.rows()).containsExactly(uninterrupted.rows());
    }

    @Test
    void scoring_sees_what_was_learned_and_teaches_nothing() {
        Run run = new Run("");
        try (Trainer trainer = run.onDevice(AMPLE)) {
            run.learn(trainer, 0, STEPS / 2);
            MiniBatch batch = run.batch(STEPS / 2);
            double[] scores = trainer.score(batch).scores();
            assertThat(trainer.score(batch).scores()).containsExactly(scores);
            assertThat(trainer.step(batch).scores()).containsExactly(scores);
            assertThat(trainer.score(batch).scores()).isNotEqualTo(scores);
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void what_was_scored_before_changes_nothing_also_where_a_domain_comes_next(String more) {
        Run onHost = new Run(more);
        Run onDevice = new Run(more);
        for (Run run : List.of(onHost, onDevice)) {
            try (Trainer trainer = run == onHost ? run.onHost() : run.onDevice(AMPLE)) {
                run.learn(trainer, 0, STEPS / 3);
                Scored unused = trainer.score(run.batch(STEPS / 3, false));
                run.learn(trainer, STEPS / 3, STEPS / 3 + 2);
                trainer.snapshot();
            }
        }
        for (int step = 0; step < STEPS / 3 + 2; step++) {
            close(onDevice.results.get(step).scores(), onHost.results.get(step).scores());
        }
    }

    @Test
    void an_impression_of_very_many_ids_is_learned_from_and_takes_no_more_than_they_do() {
        Run onHost = new Run("");
        Run onDevice = new Run("");
        for (Run run : List.of(onHost, onDevice)) {
            try (Trainer trainer = run == onHost ? run.onHost() : run.onDevice(AMPLE)) {
                run.results.add(trainer.step(manyIds(run)));
                run.results.add(trainer.step(manyIds(run)));
            }
        }
        close(onDevice.results.get(1).scores(), onHost.results.get(1).scores());
        EntryGroups groups = new EntryGroups(onHost.spec.features().size());
        MiniBatch batch = manyIds(onHost);
        groups.load(batch);
        assertThat(groups.entries())
                .isLessThan(2 * batch.entries()
                        + batch.size() * onHost.spec.features().size());
    }

    private static MiniBatch manyIds(Run run) {
        MiniBatch batch = run.batch(1);
        long[] keys = run.keys();
        batch.start(0, true, 0);
        for (int feature = 0; feature < run.spec.features().size(); feature++) {
            for (int id = 0; id < (feature == 3 ? 5_000 : 1); id++) {
                batch.add(keys[id % keys.length], 1);
            }
            batch.endFeature();
        }
        return batch;
    }

    @Test
    void a_mini_batch_that_is_not_finite_teaches_no_row() {
        Run run = new Run("");
        try (Trainer trainer = run.onDevice(AMPLE)) {
            run.learn(trainer, 0, 5);
            trainer.snapshot();
            float[] before = run.rows();
            MiniBatch batch = run.batch(5);
            batch.start(0, true, 0);
            for (int feature = 0; feature < run.spec.features().size(); feature++) {
                batch.add(run.keys()[0], 3e38f);
                batch.endFeature();
            }
            assertThat(trainer.step(batch).skipped()).isPresent();
            trainer.snapshot();
            assertThat(run.rows()).containsExactly(before);
        }
    }

    @Test
    void nothing_is_left_behind_by_a_step() {
        Run run = new Run("");
        NDManager[] manager = new NDManager[1];
        try (Trainer trainer = new Trainer(run.spec, run.rows, ComputeDevice.CPU, created -> {
            manager[0] = created;
            return Optional.of(
                    new DeviceEmbeddings(created, run.spec, RowLayout.of(run.spec), run.rows.features(), SCARCE));
        })) {
            run.learn(trainer, 0, 5);
            int arrays = manager[0].getManagedArrays().size();
            run.learn(trainer, 5, STEPS);
            trainer.snapshot();
            assertThat(manager[0].getManagedArrays()).hasSize(arrays);
        }
    }

    private static void close(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("score %d", i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    /** The same mini-batches for each trainer, of ids of which few come again soon, over several days. */
    private static final class Run {

        private final ModelSpec spec;
        private final ModelRows rows;
        private final List<List<Sample>> samples = new ArrayList<>();
        private final List<StepResult> results = new ArrayList<>();

        Run(String more) {
            spec = SpecReader.parse("test", merged(more));
            ModelRows tables = ModelRows.inMemory(spec);
            rows = new ModelRows(new Strict(tables.features()), tables.crosses(), tables.candidates());
            Random random = new Random(5);
            for (int step = 0; step < STEPS; step++) {
                List<Sample> batch = new ArrayList<>();
                for (int k = 0; k < BATCH; k++) {
                    // Every third mini-batch has one id a feature, each of which counts as one.
                    int tags = step % 3 == 0 ? 1 : random.nextInt(4);
                    batch.add(TrainerTest.sample(
                            spec,
                            random.nextInt(3),
                            random.nextBoolean(),
                            random.nextInt(300) / (1 + random.nextInt(100)),
                            random.nextInt(200),
                            tags));
                }
                samples.add(batch);
            }
        }

        /** The small spec, of which lines are replaced by those that begin alike. */
        private static String merged(String more) {
            StringBuilder text = new StringBuilder(more);
            TrainerTest.SMALL
                    .lines()
                    .filter(line ->
                            more.lines().noneMatch(other -> other.startsWith(line.substring(0, line.indexOf(':') + 1))))
                    .forEach(line -> text.append(line).append('\n'));
            return text.toString();
        }

        Trainer onHost() {
            return new Trainer(spec, rows, ComputeDevice.CPU);
        }

        Trainer onDevice(long bytes) {
            return new Trainer(
                    spec,
                    rows,
                    ComputeDevice.CPU,
                    manager -> Optional.of(
                            new DeviceEmbeddings(manager, spec, RowLayout.of(spec), rows.features(), bytes)));
        }

        void learn(Trainer trainer) {
            try (trainer) {
                learn(trainer, 0, STEPS);
                trainer.snapshot();
            }
        }

        void learn(Trainer trainer, int from, int to) {
            for (int step = from; step < to; step++) {
                results.add(trainer.step(batch(step)));
            }
        }

        MiniBatch batch(int step) {
            return batch(step, spec.maxDomains() > 0 && step >= STEPS / 3);
        }

        MiniBatch batch(int step, boolean domainComes) {
            MiniBatch batch = new MiniBatch(spec.features().size());
            if (domainComes) {
                batch.addDomain("new");
            }
            for (Sample sample : samples.get(step)) {
                int domain = domainComes && sample.domain() == 0 ? 3 : sample.domain();
                batch.start(domain, sample.label(), (long) DAY * (step / 5));
                for (int feature = 0; feature < spec.features().size(); feature++) {
                    for (long key : sample.keys()[feature]) {
                        batch.add(key, 1);
                    }
                    batch.endFeature();
                }
            }
            return batch;
        }

        long[] keys() {
            return samples.stream()
                    .flatMap(List::stream)
                    .flatMap(sample -> Arrays.stream(sample.keys()))
                    .flatMapToLong(Arrays::stream)
                    .distinct()
                    .toArray();
        }

        /** All rows of the mini-batches as the store has them. */
        float[] rows() {
            long[] keys = keys();
            float[] found = new float[keys.length * RowLayout.of(spec).stride()];
            rows.features().gather(keys, keys.length, found);
            return found;
        }
    }

    /** Takes back the rows of its latest gather only, as stores may. */
    private static final class Strict implements EmbeddingStore {

        private final EmbeddingStore store;
        private long[] gathered = {};

        Strict(EmbeddingStore store) {
            this.store = store;
        }

        @Override
        public void gather(long[] keys, int count, float[] rows) {
            gathered = Arrays.copyOf(keys, count);
            store.gather(keys, count, rows);
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) {
            assertThat(Arrays.copyOf(keys, count)).containsExactly(gathered);
            store.scatter(keys, count, rows);
        }

        @Override
        public void delete(long[] keys, int count) {
            store.delete(keys, count);
        }

        @Override
        public void scan(int shard, RowVisitor visitor) {
            store.scan(shard, visitor);
        }

        @Override
        public RowCensus census() {
            return store.census();
        }
    }
}
