package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowVisitor;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Pipeline;
import io.caiman.model.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LearnerTest {

    private static final ModelSpec SPEC = SpecReader.parse("test", """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item]
            prior-features: [user, item]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [8, 4]}
            towers: [4]
            """);

    @Test
    void what_a_step_fails_with_is_thrown_where_its_result_is_asked_for_and_the_next_step_goes_on() throws Exception {
        try (Learner learner = new Learner(LearnerTest::trainer, Pipeline.EXACT)) {
            BlockingQueue<Future<Learner.Learned>> results = new LinkedBlockingQueue<>();
            learner.learn(new MiniBatch(2), results::add);
            learner.learn(impressions(3), results::add);

            assertThatThrownBy(() -> Learner.get(results.take()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least one impression");
            Learner.Learned second = Learner.get(results.take());
            assertThat(second.result().scores()).hasSize(3);
            assertThat(second.steps()).isOne();
            assertThat(second.skippedSteps()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Pipeline.class)
    void closing_waits_for_the_mini_batches_it_has_also_when_interrupted(Pipeline pipeline) throws Exception {
        List<Future<Learner.Learned>> results = new CopyOnWriteArrayList<>();
        Learner learner = new Learner(LearnerTest::trainer, pipeline);
        for (int batch = 0; batch < 50; batch++) {
            learner.learn(impressions(64), results::add);
        }
        Thread.currentThread().interrupt();
        learner.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(results).hasSize(50);
        assertThat(Learner.get(results.get(49)).steps()).isEqualTo(50);
    }

    @ParameterizedTest
    @EnumSource(Pipeline.class)
    void a_trainer_that_cannot_be_made_says_why(Pipeline pipeline) {
        assertThatThrownBy(() -> new Learner(
                        () -> {
                            throw new IllegalStateException("no such device");
                        },
                        pipeline))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no such device");
    }

    @Test
    void rows_that_cannot_be_written_fail_the_mini_batch_that_overlaps_with_it_and_the_learner_still_closes()
            throws Exception {
        ModelRows rows = ModelRows.inMemory(SPEC);
        EmbeddingStore full = new FullStore(rows.features());
        ModelRows broken = new ModelRows(full, rows.crosses(), rows.candidates());
        BlockingQueue<Future<Learner.Learned>> results = new LinkedBlockingQueue<>();
        try (Learner learner = new Learner(() -> new Trainer(SPEC, broken, ComputeDevice.CPU), Pipeline.STALE_1)) {
            for (int batch = 0; batch < 3; batch++) {
                learner.learn(impressions(8), results::add);
            }
            assertThat(Learner.get(results.take()).steps()).isOne();
            assertThatThrownBy(() -> Learner.get(results.take()))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("disk is full");
        }
    }

    @Test
    void a_mini_batch_whose_rows_cannot_be_read_fails_once_and_the_one_before_is_learned_from() throws Exception {
        BlockingQueue<Future<Learner.Learned>> results = new LinkedBlockingQueue<>();
        try (Learner learner = new Learner(LearnerTest::trainer, Pipeline.STALE_1)) {
            learner.learn(impressions(8), results::add);
            learner.learn(new MiniBatch(2), results::add);

            assertThat(Learner.get(results.take()).steps()).isOne();
            assertThatThrownBy(() -> Learner.get(results.take()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least one impression");
        }
        assertThat(results).isEmpty();
    }

    /** Takes no row. */
    private record FullStore(EmbeddingStore store) implements EmbeddingStore {

        @Override
        public void gather(long[] keys, int count, float[] rows) {
            store.gather(keys, count, rows);
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) {
            throw new UncheckedIOException(new IOException("the disk is full"));
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

    private static Trainer trainer() {
        return new Trainer(SPEC, ModelRows.inMemory(SPEC), ComputeDevice.CPU);
    }

    private static MiniBatch impressions(int count) {
        MiniBatch batch = new MiniBatch(2);
        for (int i = 0; i < count; i++) {
            batch.start(i % 2, i % 3 == 0, 0);
            for (int feature = 0; feature < 2; feature++) {
                batch.add(i % 7 + 100L * feature, 1);
                batch.endFeature();
            }
        }
        return batch;
    }
}
