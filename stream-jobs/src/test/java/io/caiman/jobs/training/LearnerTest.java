package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

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
        try (Learner learner = new Learner(LearnerTest::trainer)) {
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

    @Test
    void closing_waits_for_the_mini_batches_it_has_also_when_interrupted() throws Exception {
        List<Future<Learner.Learned>> results = new CopyOnWriteArrayList<>();
        Learner learner = new Learner(LearnerTest::trainer);
        for (int batch = 0; batch < 50; batch++) {
            learner.learn(impressions(64), results::add);
        }
        Thread.currentThread().interrupt();
        learner.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(results).hasSize(50);
        assertThat(Learner.get(results.get(49)).steps()).isEqualTo(50);
    }

    @Test
    void a_trainer_that_cannot_be_made_says_why() {
        assertThatThrownBy(() -> new Learner(() -> {
                    throw new IllegalStateException("no such device");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no such device");
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
