package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.InMemoryEmbeddingStore;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.ReferenceModel.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {

    /** Float forward pass against doubles. */
    private static final double SCORE_TOLERANCE = 1e-5;
    /** Float gradients against central differences of doubles, relative to the largest gradient of the array. */
    private static final double GRADIENT_TOLERANCE = 2e-3;

    private static final double DIFFERENCE_STEP = 1e-6;

    private static final String SMALL = """
            name: crocodile
            task: click
            domains: [a, b, c]
            features: [user, item, domain, tag]
            embedding: {sets: 3, dimension: 2, initial-scale: 1.0}
            experts: [5, 4]
            towers: [3]
            loss: {covariance-weight: 0.05}
            row-optimizer: {learning-rate: 0.1, initial-accumulator: 0.1}
            """;

    @ParameterizedTest
    @CsvSource({"domain-mean, none", "mean, batch"})
    void scores_and_gradients_are_those_of_the_paper_s_formulas(String crossEntropy, String normalization) {
        ModelSpec spec = SpecReader.parse(
                "test",
                SMALL.replace(
                        "loss: {",
                        "loss: {cross-entropy: " + crossEntropy + ", covariance-normalization: " + normalization
                                + ", "));
        RowInitializer initializer = new RowInitializer(spec);
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(initializer);
        List<Sample> batch = randomBatch(new Random(21), spec, 12);
        try (Trainer trainer = new Trainer(spec, store, ComputeDevice.CPU)) {
            ReferenceModel reference = reference(spec, trainer, initializer, batch);
            float[] weightsBefore = dense(trainer);

            StepResult result = trainer.step(miniBatch(spec, batch));

            double[] noWide = new double[batch.size()];
            for (int k = 0; k < batch.size(); k++) {
                double expected = 1 / (1 + Math.exp(-reference.logit(batch.get(k))));
                assertThat(result.scores()[k]).isCloseTo(expected, within(SCORE_TOLERANCE));
            }
            assertThat(result.crossEntropy() + result.penalty())
                    .isCloseTo(reference.loss(batch, noWide), within(SCORE_TOLERANCE * 10));
            rowsMovedAgainstTheirGradients(spec, store, reference, batch);
            denseWeightsMovedAgainstTheirGradients(spec, trainer, weightsBefore, reference, batch);
        }
    }

    /** Row AdaGrad's step inverted: the gradient it must have been given, against finite differences. */
    private static void rowsMovedAgainstTheirGradients(
            ModelSpec spec, InMemoryEmbeddingStore store, ReferenceModel reference, List<Sample> batch) {
        RowLayout layout = new RowInitializer(spec).layout();
        int dimension = layout.dimension();
        double[] noWide = new double[batch.size()];
        reference.rows.forEach((key, before) -> {
            float[] after = new float[layout.stride()];
            store.gather(new long[] {key}, 1, after);
            for (int embedding = 0; embedding < layout.embeddings(); embedding++) {
                double[] gradient = new double[dimension];
                double squares = 0;
                for (int j = 0; j < dimension; j++) {
                    gradient[j] = reference.slope(batch, noWide, before, embedding * dimension + j, DIFFERENCE_STEP);
                    squares += gradient[j] * gradient[j];
                }
                double accumulator = 0.1 + squares / dimension;
                assertThat((double) after[layout.accumulator(embedding)])
                        .isCloseTo(accumulator, within(GRADIENT_TOLERANCE * accumulator));
                for (int j = 0; j < dimension; j++) {
                    int at = embedding * dimension + j;
                    assertThat((double) after[at])
                            .isCloseTo(before[at] - 0.1 * gradient[j] / Math.sqrt(accumulator), within(1e-5));
                }
            }
        });
    }

    /** Adam's first step is learning rate times the gradient's sign, so its moments tell the gradient. */
    private static void denseWeightsMovedAgainstTheirGradients(
            ModelSpec spec, Trainer trainer, float[] weightsBefore, ReferenceModel reference, List<Sample> batch) {
        double[] noWide = new double[batch.size()];
        float[] weightsAfter = dense(trainer);
        int moved = 0;
        for (DenseLayout.Slice slice : trainer.parameters().slices()) {
            double[] array = Objects.requireNonNull(reference.dense.get(slice.name()));
            for (int i = 0; i < slice.length(); i++) {
                double gradient = reference.slope(batch, noWide, array, i, DIFFERENCE_STEP);
                double change = weightsAfter[slice.offset() + i] - weightsBefore[slice.offset() + i];
                if (Math.abs(gradient) > 1e-5) {
                    assertThat(change)
                            .as(slice.name() + "[" + i + "]")
                            .isCloseTo(
                                    -Math.signum(gradient)
                                            * spec.denseOptimizer().learningRate(),
                                    within(2e-6));
                    moved++;
                }
            }
        }
        assertThat(moved).isGreaterThan(weightsBefore.length / 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch", "per-impression"})
    void the_wide_part_is_logistic_regression_learned_when_the_spec_says(String mode) {
        ModelSpec spec = SpecReader.parse(
                "test", SMALL + "wide: {mode: " + mode + ", learning-rate: 0.3, initial-accumulator: 0.5}\n");
        RowInitializer initializer = new RowInitializer(spec);
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(initializer);
        try (Trainer trainer = new Trainer(spec, store, ComputeDevice.CPU)) {
            List<Sample> batch = randomBatch(new Random(31), spec, 40);
            ReferenceModel deep = reference(spec, trainer, initializer, batch);
            SlowLogisticRegression wide = new SlowLogisticRegression(0.3, 0.5);

            double[] scores = trainer.step(miniBatch(spec, batch)).scores();

            for (int k = 0; k < batch.size(); k++) {
                Sample sample = batch.get(k);
                double logit = deep.logit(sample) + wide.logit(sample);
                assertThat(scores[k]).isCloseTo(1 / (1 + Math.exp(-logit)), within(SCORE_TOLERANCE));
                wide.see(sample, 1 / (1 + Math.exp(-logit)));
                if (mode.equals("per-impression")) {
                    wide.learn();
                }
            }
            wide.learn();
            RowLayout layout = initializer.layout();
            wide.biases.forEach((key, bias) -> {
                float[] row = new float[layout.stride()];
                store.gather(new long[] {key}, 1, row);
                assertThat((double) row[layout.bias()]).isCloseTo(bias, within(SCORE_TOLERANCE));
            });
        }
    }

    @Test
    void the_same_seed_and_input_give_the_same_scores_bit_for_bit_and_another_seed_others() {
        ModelSpec spec = SpecReader.parse("test", SMALL + "wide: {mode: per-impression}\n");

        assertThat(scores(spec, 9, 30)).containsExactly(scores(spec, 9, 30));
        assertThat(scores(spec.withSeed(2), 9, 30)).isNotEqualTo(scores(spec, 9, 30));
    }

    @Test
    void a_restored_trainer_goes_on_as_if_never_interrupted() {
        ModelSpec spec = SpecReader.parse("test", SMALL);
        double[] uninterrupted = scores(spec, 4, 10);
        Random random = new Random(4);
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(new RowInitializer(spec));
        byte[] snapshot;
        try (Trainer before = new Trainer(spec, store, ComputeDevice.CPU)) {
            for (int step = 0; step < 9; step++) {
                before.step(miniBatch(spec, randomBatch(random, spec, 16)));
            }
            snapshot = before.snapshot();
        }
        try (Trainer after = new Trainer(spec.withSeed(77), store, ComputeDevice.CPU)) {
            after.restore(snapshot);

            StepResult result = after.step(miniBatch(spec, randomBatch(random, spec, 16)));

            assertThat(result.trainedSteps()).isEqualTo(9);
            assertThat(result.scores()).containsExactly(uninterrupted);
        }
    }

    @Test
    void dense_weights_of_another_network_are_refused() {
        ModelSpec spec = SpecReader.parse("test", SMALL);
        ModelSpec wider = SpecReader.parse("test", SMALL.replace("[5, 4]", "[6, 4]"));
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(new RowInitializer(spec));
        try (Trainer trainer = new Trainer(spec, store, ComputeDevice.CPU);
                Trainer other = new Trainer(wider, store, ComputeDevice.CPU)) {
            assertThatThrownBy(() -> other.restore(trainer.snapshot()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("spec");
        }
    }

    @Test
    void learns_an_interaction_that_no_sum_of_biases_can_express() {
        ModelSpec spec = SpecReader.parse(
                "test",
                SMALL.replace("dimension: 2, initial-scale: 1.0", "dimension: 4, initial-scale: 0.3")
                                .replace("[5, 4]", "[16, 8]")
                                .replace("towers: [3]", "towers: [8]")
                                .replace("covariance-weight: 0.05", "covariance-weight: 0.001")
                        + "dense-optimizer: {learning-rate: 0.01}\n");
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(new RowInitializer(spec));
        Random random = new Random(12);
        double late = 0;
        int lateCount = 0;
        try (Trainer trainer = new Trainer(spec, store, ComputeDevice.CPU)) {
            for (int step = 0; step < 600; step++) {
                List<Sample> batch = new ArrayList<>();
                for (int k = 0; k < 32; k++) {
                    int user = random.nextInt(10);
                    int item = random.nextInt(10);
                    boolean label = (user + item) % 2 == 0;
                    batch.add(sample(spec, random.nextInt(3), label, user, item, 0));
                }
                StepResult result = trainer.step(miniBatch(spec, batch));
                if (step >= 500) {
                    for (int k = 0; k < batch.size(); k++) {
                        late += batch.get(k).label() == result.scores()[k] > 0.5 ? 1 : 0;
                        lateCount++;
                    }
                }
            }
        }
        assertThat(late / lateCount).isGreaterThan(0.98);
    }

    private static double[] scores(ModelSpec spec, long dataSeed, int steps) {
        Random random = new Random(dataSeed);
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(new RowInitializer(spec));
        double[] last = {};
        try (Trainer trainer = new Trainer(spec, store, ComputeDevice.CPU)) {
            for (int step = 0; step < steps; step++) {
                last = trainer.step(miniBatch(spec, randomBatch(random, spec, 16)))
                        .scores();
            }
        }
        return last;
    }

    private static List<Sample> randomBatch(Random random, ModelSpec spec, int size) {
        List<Sample> batch = new ArrayList<>();
        for (int k = 0; k < size; k++) {
            // The last domain stays empty now and then, and tags are none, one or several.
            int domain = random.nextInt(size > 12 ? 3 : 2);
            batch.add(sample(
                    spec, domain, random.nextBoolean(), random.nextInt(4), random.nextInt(6), random.nextInt(4)));
        }
        return batch;
    }

    private static Sample sample(ModelSpec spec, int domain, boolean label, int user, int item, int tags) {
        long[] tagKeys = new long[tags];
        Arrays.setAll(tagKeys, i -> key(spec, 3, item + 10L * i));
        return new Sample(domain, label, new long[][] {
            {key(spec, 0, user)}, {key(spec, 1, item)}, {key(spec, 2, domain)}, tagKeys
        });
    }

    private static long key(ModelSpec spec, int feature, long id) {
        return RowKeys.key(RowKeys.hash(spec.features().get(feature)), id);
    }

    private static MiniBatch miniBatch(ModelSpec spec, List<Sample> samples) {
        MiniBatch batch = new MiniBatch(spec.features().size());
        for (Sample sample : samples) {
            batch.start(sample.domain(), sample.label());
            for (long[] keys : sample.keys()) {
                for (long key : keys) {
                    batch.add(key, 1);
                }
                batch.endFeature();
            }
        }
        return batch;
    }

    private static ReferenceModel reference(
            ModelSpec spec, Trainer trainer, RowInitializer initializer, List<Sample> batch) {
        ReferenceModel reference = new ReferenceModel(spec);
        RowLayout layout = initializer.layout();
        float[] weights = dense(trainer);
        for (DenseLayout.Slice slice : trainer.parameters().slices()) {
            double[] array = new double[slice.length()];
            Arrays.setAll(array, i -> weights[slice.offset() + i]);
            reference.dense.put(slice.name(), array);
        }
        for (Sample sample : batch) {
            for (long[] keys : sample.keys()) {
                for (long key : keys) {
                    float[] row = new float[layout.stride()];
                    initializer.initialize(key, row, 0);
                    double[] embeddings = new double[layout.embeddings() * layout.dimension()];
                    Arrays.setAll(embeddings, i -> row[i]);
                    reference.rows.put(key, embeddings);
                }
            }
        }
        return reference;
    }

    private static float[] dense(Trainer trainer) {
        float[] weights = new float[trainer.denseWeights()];
        trainer.parameters().values().duplicate().clear().get(weights);
        return weights;
    }
}
