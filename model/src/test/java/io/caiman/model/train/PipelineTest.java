package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.ReferenceModel.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineTest {

    /** What rounding makes of gradients that are told from how far rows moved. */
    private static final double TOLERANCE = 1e-5;

    /** Large, so that one mini-batch teaches its rows far more than that. */
    private static final float LEARNING_RATE = 2;

    private static final ModelSpec SPEC = SpecReader.parse(
            "test",
            TrainerTest.SMALL.replace("learning-rate: 0.1", "learning-rate: " + LEARNING_RATE)
                    + "dense-optimizer: {learning-rate: 0.02}\nhealth: {every-steps: 2, feature: tag, sample: 64}\n");

    private static final RowLayout LAYOUT = RowLayout.of(SPEC);

    @Test
    void scores_and_rows_are_those_of_a_slow_simulation_in_which_inputs_lack_the_mini_batch_before() {
        List<List<Sample>> batches = batches(8);
        ModelRows stale = ModelRows.inMemory(SPEC);
        List<StepResult> results = new ArrayList<>();
        try (Trainer trainer = new Trainer(SPEC, stale, ComputeDevice.CPU)) {
            Overlapping overlapping = new Overlapping(trainer);
            batches.forEach(batch -> results.add(overlapping.step(batch)));
            overlapping.finish();
        }

        ModelRows older = ModelRows.inMemory(SPEC);
        ModelRows newer = older;
        Optional<byte[]> dense = Optional.empty();
        for (int k = 0; k < batches.size(); k++) {
            long[] keys = keys(batches);
            float[] before = rows(older, keys);
            ModelRows taught = copy(older, keys);
            try (Trainer trainer = new Trainer(SPEC, taught, ComputeDevice.CPU)) {
                dense.ifPresent(trainer::restore);
                StepResult expected = trainer.step(TrainerTest.miniBatch(SPEC, batches.get(k)));
                dense = Optional.of(trainer.snapshot());
                assertThat(results.get(k).scores()).containsExactly(expected.scores(), within(TOLERANCE));
                assertThat(results.get(k).trainedSteps()).isEqualTo(k);
            }
            float[] current = rows(newer, keys);
            teachAgain(before, rows(taught, keys), current);
            older = newer;
            newer = holding(keys, current);
        }
        long[] keys = keys(batches);
        assertThat(rows(stale, keys)).containsExactly(rows(newer, keys), within((float) TOLERANCE));
        List<StepResult> exact = exactly(SPEC, batches, ModelRows.inMemory(SPEC));
        double apart = 0;
        for (int k = 0; k < batches.size(); k++) {
            for (int i = 0; i < results.get(k).scores().length; i++) {
                apart = Math.max(
                        apart,
                        Math.abs(results.get(k).scores()[i] - exact.get(k).scores()[i]));
            }
        }
        assertThat(apart).as("what one mini-batch teaches its rows").isGreaterThan(10 * TOLERANCE);
    }

    /** Teaches rows what others were taught: the gradients told from how far those moved. */
    private static void teachAgain(float[] before, float[] after, float[] rows) {
        for (int row = 0; row < rows.length; row += LAYOUT.stride()) {
            for (int embedding = 0; embedding < LAYOUT.embeddings(); embedding++) {
                int accumulator = row + LAYOUT.accumulator(embedding);
                int weights = row + LAYOUT.weights(embedding);
                rows[accumulator] += after[accumulator] - before[accumulator];
                for (int j = weights; j < weights + LAYOUT.dimension(); j++) {
                    double gradient = (before[j] - after[j]) * Math.sqrt(after[accumulator]) / LEARNING_RATE;
                    rows[j] -= (float) (LEARNING_RATE * gradient / Math.sqrt(rows[accumulator]));
                }
            }
            int sightings = row + LAYOUT.statistics();
            for (int j = sightings; j < sightings + 3; j++) {
                rows[j] += after[j] - before[j];
            }
            // Day and feature are what they are.
            for (int j = sightings + 3; j < sightings + RowStatistics.FLOATS; j++) {
                rows[j] = Math.max(rows[j], after[j]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "'gradient-clip: 0.01'"})
    void mini_batches_that_share_no_rows_are_learned_from_as_exactly_bit_for_bit(String more) {
        ModelSpec spec = SpecReader.parse("test", TrainerTest.SMALL + more + "\n");
        List<List<Sample>> batches = batches(6);
        for (int k = 0; k < batches.size(); k++) {
            long others = 1_000L * k;
            batches.get(k).forEach(sample -> {
                for (long[] keys : sample.keys()) {
                    Arrays.setAll(keys, i -> keys[i] + others);
                }
            });
        }
        ModelRows exactRows = ModelRows.inMemory(spec);
        List<StepResult> exact = exactly(spec, batches, exactRows);
        ModelRows rows = ModelRows.inMemory(spec);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            Overlapping overlapping = new Overlapping(trainer);
            for (int k = 0; k < batches.size(); k++) {
                assertThat(overlapping.step(batches.get(k)).scores())
                        .containsExactly(exact.get(k).scores());
            }
            overlapping.finish();
        }
        assertThat(rows(rows, keys(batches))).containsExactly(rows(exactRows, keys(batches)));
    }

    @Test
    void no_sighting_is_lost_and_a_mini_batch_that_is_skipped_teaches_neither_weights_nor_rows() {
        List<List<Sample>> batches = batches(7);
        int skipped = 3;
        ModelRows exactRows = ModelRows.inMemory(SPEC);
        try (Trainer trainer = new Trainer(SPEC, exactRows, ComputeDevice.CPU)) {
            for (int k = 0; k < batches.size(); k++) {
                trainer.step(miniBatch(batches.get(k), k == skipped));
            }
        }
        ModelRows rows = ModelRows.inMemory(SPEC);
        try (Trainer trainer = new Trainer(SPEC, rows, ComputeDevice.CPU)) {
            Overlapping overlapping = new Overlapping(trainer);
            for (int k = 0; k < batches.size(); k++) {
                float[] weights = trainer.parameters().values();
                StepResult result = overlapping.step(miniBatch(batches.get(k), k == skipped));
                assertThat(result.skipped().isPresent()).isEqualTo(k == skipped);
                assertThat(Arrays.equals(trainer.parameters().values(), weights))
                        .isEqualTo(k == skipped);
            }
            overlapping.finish();
            assertThat(trainer.steps()).isEqualTo(6);
            assertThat(trainer.skippedSteps()).isOne();
        }
        long[] keys = keys(batches);
        float[] found = rows(rows, keys);
        float[] expected = rows(exactRows, keys);
        for (int row = 0; row < keys.length; row++) {
            int from = row * LAYOUT.stride() + LAYOUT.statistics();
            assertThat(Arrays.copyOfRange(found, from, from + RowStatistics.FLOATS))
                    .containsExactly(Arrays.copyOfRange(expected, from, from + RowStatistics.FLOATS));
        }
    }

    @Test
    void a_trainer_restored_with_a_step_that_is_not_finished_goes_on_bit_for_bit_with_the_same_health() {
        List<List<Sample>> batches = batches(9);
        ModelRows rows = ModelRows.inMemory(SPEC);
        List<StepResult> uninterrupted = new ArrayList<>();
        try (Trainer trainer = new Trainer(SPEC, rows, ComputeDevice.CPU)) {
            Overlapping overlapping = new Overlapping(trainer);
            for (int k = 0; k < batches.size(); k++) {
                uninterrupted.add(overlapping.step(miniBatch(batches.get(k), k == 5)));
            }
        }
        assertThat(uninterrupted.get(8).health().orElseThrow().abundances()).isNotEmpty();
        for (int killed = 1; killed < batches.size(); killed++) {
            ModelRows kept = ModelRows.inMemory(SPEC);
            byte[] snapshot;
            Optional<byte[]> unfinished;
            try (Trainer trainer = new Trainer(SPEC, kept, ComputeDevice.CPU)) {
                Overlapping overlapping = new Overlapping(trainer);
                for (int k = 0; k < killed; k++) {
                    overlapping.step(miniBatch(batches.get(k), k == 5));
                }
                snapshot = trainer.snapshot();
                unfinished = trainer.unfinished(overlapping.before.orElseThrow());
            }
            assertThat(unfinished.isEmpty()).isEqualTo(killed == 6);
            try (Trainer trainer = new Trainer(SPEC, kept, ComputeDevice.CPU)) {
                trainer.restore(snapshot);
                Overlapping overlapping = new Overlapping(trainer);
                MiniBatch last = miniBatch(batches.get(killed - 1), false);
                overlapping.before = unfinished.map(bytes -> trainer.resume(last, bytes));
                for (int k = killed; k < batches.size(); k++) {
                    StepResult result = overlapping.step(miniBatch(batches.get(k), k == 5));
                    assertThat(result.scores())
                            .containsExactly(uninterrupted.get(k).scores());
                    assertThat(result.health()).isEqualTo(uninterrupted.get(k).health());
                }
            }
        }
    }

    @Test
    void gradients_of_another_mini_batch_s_rows_are_refused() {
        try (Trainer trainer = new Trainer(SPEC, ModelRows.inMemory(SPEC), ComputeDevice.CPU)) {
            MiniBatch batch = miniBatch(batches(1).get(0), false);
            assertThatThrownBy(() -> trainer.resume(batch, new byte[44]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("10 floats")
                    .hasMessageContaining("spec");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wide: {mode: batch}                                   | wide.mode",
                "wide: {mode: per-impression}                          | wide.mode",
                "admission: {min-count: 2}                             | admission",
                "admission: {probability: 0.5}                         | admission",
                "admission: {features: {item: 3}}                      | admission",
                "eviction: {row-budget: 100}                           | eviction.row-budget",
                "max-domains: 4                                        | max-domains"
            })
    void a_model_that_needs_its_rows_as_the_mini_batch_before_left_them_is_refused(String more, String key) {
        ModelSpec spec = SpecReader.parse("test", TrainerTest.SMALL + more + "\n");

        assertThatThrownBy(() -> Pipeline.STALE_1.check(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'%s' of model 'crocodile' is ".formatted(key))
                .hasMessageContainingAll("expected", "choose the pipeline exact");
        assertThatCode(() -> Pipeline.EXACT.check(spec)).doesNotThrowAnyException();
    }

    @Test
    void any_other_model_may_learn_so() {
        assertThatCode(() -> Pipeline.STALE_1.check(SPEC)).doesNotThrowAnyException();
        assertThat(Pipeline.parse(" Stale-1 ")).contains(Pipeline.STALE_1);
        assertThat(Pipeline.parse("stale")).isEmpty();
        assertThat(Pipeline.EXPECTED).isEqualTo("one of exact, stale-1");
    }

    /** Steps in the order of {@link Pipeline#STALE_1}, on one thread. */
    private static final class Overlapping {

        private final Trainer trainer;
        private Optional<TrainingStep> before = Optional.empty();

        Overlapping(Trainer trainer) {
            this.trainer = trainer;
        }

        StepResult step(List<Sample> batch) {
            return step(TrainerTest.miniBatch(SPEC, batch));
        }

        StepResult step(MiniBatch batch) {
            TrainingStep step = trainer.prepare(batch);
            before.ifPresent(trainer::finish);
            trainer.lookAtRows(step);
            trainer.compute(step);
            before = Optional.of(step);
            return trainer.result(step);
        }

        void finish() {
            before.ifPresent(trainer::finish);
        }
    }

    private static List<StepResult> exactly(ModelSpec spec, List<List<Sample>> batches, ModelRows rows) {
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            return batches.stream()
                    .map(batch -> trainer.step(TrainerTest.miniBatch(spec, batch)))
                    .toList();
        }
    }

    private static List<List<Sample>> batches(int count) {
        Random random = new Random(17);
        List<List<Sample>> batches = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            batches.add(TrainerTest.randomBatch(random, SPEC, 16));
        }
        return batches;
    }

    /** The samples, and if asked for one more that cannot be learned from. */
    private static MiniBatch miniBatch(List<Sample> samples, boolean tooLarge) {
        MiniBatch batch = TrainerTest.miniBatch(SPEC, samples);
        if (tooLarge) {
            batch.start(0, true, 0);
            for (long[] keys : samples.get(0).keys()) {
                for (long key : keys) {
                    batch.add(key, 3e38f);
                }
                batch.endFeature();
            }
        }
        return batch;
    }

    /** Those of all mini-batches, each once. */
    private static long[] keys(List<List<Sample>> batches) {
        return batches.stream()
                .flatMap(List::stream)
                .flatMap(sample -> Arrays.stream(sample.keys()))
                .flatMapToLong(Arrays::stream)
                .distinct()
                .toArray();
    }

    private static float[] rows(ModelRows rows, long[] keys) {
        float[] found = new float[keys.length * LAYOUT.stride()];
        rows.features().gather(keys, keys.length, found);
        return found;
    }

    private static ModelRows copy(ModelRows rows, long[] keys) {
        return holding(keys, rows(rows, keys));
    }

    private static ModelRows holding(long[] keys, float[] values) {
        ModelRows rows = ModelRows.inMemory(SPEC);
        rows.features().scatter(keys, keys.length, values);
        return rows;
    }
}
