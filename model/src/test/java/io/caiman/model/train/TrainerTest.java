package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.health.ModelHealth;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.Disentangling;
import io.caiman.model.spec.EmbeddingSpec;
import io.caiman.model.spec.Gate;
import io.caiman.model.spec.LossSpec;
import io.caiman.model.spec.LossSpec.CrossEntropy;
import io.caiman.model.spec.LossSpec.Normalization;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.ReferenceModel.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {

    /** Float forward pass against doubles. */
    private static final double SCORE_TOLERANCE = 1e-5;
    /** Float gradients against central differences of doubles, relative to the largest gradient of the array. */
    private static final double GRADIENT_TOLERANCE = 2e-3;

    private static final double DIFFERENCE_STEP = 1e-6;
    /** Of a loss in doubles that is smooth. */
    private static final double WIDE_DIFFERENCE_STEP = 1e-5;

    static final String SMALL = """
            name: crocodile
            task: click
            domains: [a, b, c]
            features: [user, item, domain, tag]
            embedding: {dimension: 2, initial-scale: 1.0}
            experts: {count: 3, layers: [5, 4]}
            towers: [3]
            loss: {disentangling-weight: 0.05}
            row-optimizer: {learning-rate: 0.1, initial-accumulator: 0.1}
            """;

    @ParameterizedTest
    @CsvSource({
        "domain-mean, none, multi, prior-elementwise, 2",
        "domain-mean, none, multi, prior-elementwise, 1",
        "mean, batch, multi, prior-elementwise, 3",
        "mean, none, multi, prior, 2",
        "mean, none, multi, mmoe, 2",
        "domain-mean, batch, single, mmoe, 2",
        "mean, none, single, prior-elementwise, 1"
    })
    void scores_and_gradients_are_those_of_the_paper_s_formulas(
            String crossEntropy, String normalization, String sets, String gate, int domains) {
        String loss = "loss: {cross-entropy: %s, normalization: %s, ".formatted(crossEntropy, normalization);
        ModelSpec spec = SpecReader.parse(
                "test",
                SMALL.replace("loss: {", loss).replace("embedding: {", "embedding: {sets: " + sets + ", ")
                        + "gate: "
                        + gate
                        + "\n");
        ModelRows rows = ModelRows.inMemory(spec);
        EmbeddingStore store = rows.features();
        List<Sample> batch = randomBatch(new Random(21), spec, 12, domains);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            ReferenceModel reference = reference(spec, trainer, rows, batch);
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
            ModelSpec spec, EmbeddingStore store, ReferenceModel reference, List<Sample> batch) {
        RowLayout layout = RowLayout.of(spec);
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
    @CsvSource(
            delimiter = '|',
            value = {
                "batch          | [click]       | {}",
                "per-impression | [click]       | {}",
                "batch          | [click, like] | {}",
                "per-impression | [click, like] | {}",
                "batch          | [click, like] | {like: click}",
                "per-impression | [click, like] | {like: click}",
                "per-impression | [click, like] | {click: like}"
            })
    void the_wide_part_of_each_task_is_that_of_its_formula_and_learns_when_the_spec_says(
            String mode, String names, String chains) {
        ModelSpec spec = SpecReader.parse(
                "test",
                SMALL.replace("task: click", "tasks: " + names)
                                .replace("loss: {", "loss: {task-weights: {click: 0.5}, ")
                        + """
                chains: %s
                wide:
                  mode: %s
                  learning-rate: 0.3
                  initial-accumulator: 0.5
                  crosses: {pairs: [[user, tag], [user, item]], learning-rate: 0.2, initial-accumulator: 0.4}
                  factors: {features: [user, item, tag], dimension: 3, initial-scale: 0.5, learning-rate: 0.1}
                """.formatted(chains, mode));
        RowLayout layout = RowLayout.of(spec);
        ModelRows rows = ModelRows.inMemory(spec);
        int tasks = spec.tasks().size();
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            List<Sample> batch = randomBatch(new Random(31), spec, 40);
            MiniBatch impressions = new MiniBatch(spec.features().size(), tasks);
            for (int k = 0; k < batch.size(); k++) {
                impressions.startUnlabelled(batch.get(k).domain(), 0);
                for (int task = 0; task < tasks; task++) {
                    if (isLabelled(k, task)) {
                        impressions.label(task, label(batch, k, task));
                    }
                }
                addFeatures(impressions, batch.get(k));
            }
            // Without the wide part, from the same rows and weights.
            double[] deep = scoresOfDeepPart(spec, impressions);
            List<SlowWidePart> wide = IntStream.range(0, tasks)
                    .mapToObj(task -> new SlowWidePart(spec, key -> factors(layout, row(rows, layout, key), task)))
                    .toList();
            double[][] logits = new double[batch.size()][tasks];
            double[] expected = new double[deep.length];
            for (int k = 0; k < batch.size(); k++) {
                for (int task = 0; task < tasks; task++) {
                    double score = deep[k * tasks + task];
                    logits[k][task] =
                            Math.log(score / (1 - score)) + wide.get(task).logit(batch.get(k));
                }
                for (int task = 0; task < tasks; task++) {
                    expected[k * tasks + task] =
                            probability(spec, logits[k], spec.tasks().get(task));
                }
                if (mode.equals("per-impression")) {
                    learn(spec, wide, batch, k, logits[k]);
                }
            }
            for (int k = 0; k < batch.size() && mode.equals("batch"); k++) {
                learn(spec, wide, batch, k, logits[k]);
            }

            double[] scores = trainer.step(impressions).scores();

            assertThat(scores).containsExactly(expected, within(SCORE_TOLERANCE));
            for (int number = 0; number < tasks; number++) {
                int task = number;
                wide.get(task)
                        .biases
                        .forEach((key, bias) -> assertThat((double) row(rows, layout, key)[layout.bias(task)])
                                .isCloseTo(bias, within(SCORE_TOLERANCE)));
                wide.get(task)
                        .factors
                        .forEach((key, vector) -> assertThat(factors(layout, row(rows, layout, key), task))
                                .containsExactly(vector, within(SCORE_TOLERANCE)));
            }
        }
    }

    /** Lets each task's wide part learn by central differences of the sample's loss. */
    private static void learn(
            ModelSpec spec, List<SlowWidePart> wide, List<Sample> batch, int sample, double... logits) {
        double[] slopes = new double[logits.length];
        for (int task = 0; task < slopes.length; task++) {
            double logit = logits[task];
            logits[task] = logit + WIDE_DIFFERENCE_STEP;
            double above = lossOfSample(spec, batch, sample, logits);
            logits[task] = logit - WIDE_DIFFERENCE_STEP;
            slopes[task] = (above - lossOfSample(spec, batch, sample, logits)) / (2 * WIDE_DIFFERENCE_STEP);
            logits[task] = logit;
        }
        for (int task = 0; task < slopes.length; task++) {
            wide.get(task).learn(batch.get(sample), slopes[task]);
        }
    }

    /** What the wide part minimises: tasks that share nothing have no use for weights. */
    private static double lossOfSample(ModelSpec spec, List<Sample> batch, int sample, double... logits) {
        double loss = 0;
        for (int task = 0; task < logits.length; task++) {
            String name = spec.tasks().get(task);
            if (isLabelled(sample, task)) {
                double probability = probability(spec, logits, name);
                double weight = spec.chains().isEmpty() ? 1 : spec.loss().taskWeight(name);
                loss -= weight * Math.log(label(batch, sample, task) ? probability : 1 - probability);
            }
        }
        return loss;
    }

    /** Of the task and of all that it is chained to. */
    private static double probability(ModelSpec spec, double[] logits, String task) {
        double own = 1 / (1 + Math.exp(-logits[spec.tasks().indexOf(task)]));
        String before = spec.chains().getOrDefault(task, "");
        return before.isEmpty() ? own : own * probability(spec, logits, before);
    }

    /** Every third impression lacks the second task's label. */
    private static boolean isLabelled(int sample, int task) {
        return task == 0 || sample % 3 > 0;
    }

    private static boolean label(List<Sample> batch, int sample, int task) {
        return task == 0 ? batch.get(sample).label() : sample % 5 < 2;
    }

    private static double[] scoresOfDeepPart(ModelSpec spec, MiniBatch impressions) {
        ModelSpec alone = SpecReader.parse("deep", SMALL.replace("task: click", "tasks: " + spec.tasks()));
        try (Trainer trainer = new Trainer(alone, ModelRows.inMemory(alone), ComputeDevice.CPU)) {
            return trainer.score(impressions).scores();
        }
    }

    static float[] row(ModelRows rows, RowLayout layout, long key) {
        float[] row = new float[layout.stride()];
        rows.features().gather(new long[] {key}, 1, row);
        return row;
    }

    private static double[] factors(RowLayout layout, float[] row, int task) {
        double[] factors = new double[layout.factors()];
        Arrays.setAll(factors, i -> row[layout.factor(task) + i]);
        return factors;
    }

    @Test
    void scoring_without_learning_gives_the_scores_of_the_next_step_and_changes_nothing() {
        ModelSpec spec = SpecReader.parse("test", SMALL + "wide: {mode: batch}\n");
        ModelRows rows = ModelRows.inMemory(spec);
        Random random = new Random(6);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            trainer.step(miniBatch(spec, randomBatch(random, spec, 16)));
            List<Sample> next = randomBatch(random, spec, 16);
            byte[] before = trainer.snapshot();
            ReferenceModel reference = reference(spec, trainer, rows, next);

            Scored scored = trainer.score(miniBatch(spec, next));

            assertThat(trainer.snapshot()).containsExactly(before);
            for (int k = 0; k < next.size(); k++) {
                double[][] outputs = reference.experts(next.get(k));
                for (int p = 0; p < outputs.length; p++) {
                    double squares = Arrays.stream(outputs[p]).map(x -> x * x).sum();
                    assertThat((double) scored.expertNorms()[k * outputs.length + p])
                            .isCloseTo(Math.sqrt(squares), within(SCORE_TOLERANCE));
                }
            }
            assertThat(trainer.step(miniBatch(spec, next)).scores()).containsExactly(scored.scores());
        }
    }

    @Test
    void a_step_that_is_not_finite_is_skipped_told_and_leaves_no_trace() {
        ModelSpec spec = SpecReader.parse("test", SMALL + "wide: {mode: per-impression}\n");
        ModelRows rows = ModelRows.inMemory(spec);
        Random random = new Random(6);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            List<Sample> good = randomBatch(random, spec, 16);
            trainer.step(miniBatch(spec, good));
            double[] before = trainer.score(miniBatch(spec, good)).scores();
            MiniBatch bad = miniBatch(spec, good);
            bad.start(0, true, 0);
            for (int feature = 0; feature < spec.features().size(); feature++) {
                bad.add(good.get(0).keys()[0][0], feature == 3 ? Float.NaN : 1f);
                bad.endFeature();
            }

            StepResult result = trainer.step(bad);

            assertThat(result.skipped())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("gradient-clip"));
            assertThat(result.scores()[good.size()]).isNaN();
            assertThat(Arrays.copyOf(result.scores(), good.size())).doesNotContain(Double.NaN);
            assertThat(trainer.steps()).isOne();
            assertThat(trainer.skippedSteps()).isOne();
            assertThat(trainer.score(miniBatch(spec, good)).scores()).containsExactly(before);
            assertThat(trainer.step(miniBatch(spec, good)).skipped()).isEmpty();
        }
    }

    @Test
    void a_clipped_gradient_moves_rows_as_one_shortened_to_the_limit() {
        ModelSpec free = SpecReader.parse("test", SMALL + "health: {every-steps: 1}\n");
        List<Sample> batch = randomBatch(new Random(8), free, 12);
        ModelRows freeRows = ModelRows.inMemory(free);
        double norm;
        try (Trainer trainer = new Trainer(free, freeRows, ComputeDevice.CPU)) {
            norm = trainer.step(miniBatch(free, batch)).health().orElseThrow().gradientNorm();
        }
        ModelSpec clipped = SpecReader.parse("test", SMALL + "gradient-clip: " + norm / 4 + "\n");
        ModelRows clippedRows = ModelRows.inMemory(clipped);
        try (Trainer trainer = new Trainer(clipped, clippedRows, ComputeDevice.CPU)) {
            trainer.step(miniBatch(clipped, batch));
        }
        RowLayout layout = RowLayout.of(free);
        for (long key : batch.get(0).keys()[0]) {
            for (int embedding = 0; embedding < layout.embeddings(); embedding++) {
                int at = layout.accumulator(embedding);
                double full = row(freeRows, layout, key)[at] - 0.1;
                double quarter = row(clippedRows, layout, key)[at] - 0.1;
                assertThat(quarter).isCloseTo(full / 16, within(1e-6));
            }
        }
    }

    @Test
    void health_is_told_every_so_many_steps_and_is_the_same_after_a_restore() {
        ModelSpec spec =
                SpecReader.parse("test", SMALL + "health: {every-steps: 3, feature: tag, sample: 64, patience: 0}\n");

        List<ModelHealth> uninterrupted = healths(spec, 0);

        assertThat(uninterrupted).extracting(ModelHealth::step).containsExactly(3L, 6L, 9L);
        assertThat(uninterrupted.get(2).abundances()).isNotEmpty();
        assertThat(healths(spec, 8)).isEqualTo(uninterrupted);
    }

    private static List<ModelHealth> healths(ModelSpec spec, int restoredAfter) {
        ModelRows rows = ModelRows.inMemory(spec);
        Random random = new Random(5);
        List<ModelHealth> healths = new ArrayList<>();
        Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU);
        for (int step = 1; step <= 9; step++) {
            trainer.step(miniBatch(spec, randomBatch(random, spec, 24)))
                    .health()
                    .ifPresent(healths::add);
            if (step == restoredAfter) {
                byte[] snapshot = trainer.snapshot();
                trainer.close();
                trainer = new Trainer(spec.withSeed(9), rows, ComputeDevice.CPU);
                trainer.restore(snapshot);
            }
        }
        trainer.close();
        return healths;
    }

    @Test
    void every_combination_of_the_paper_s_parts_takes_finite_steps() {
        for (EmbeddingSpec.Sets sets : EmbeddingSpec.Sets.values()) {
            for (Gate gate : Gate.values()) {
                for (Disentangling loss : Disentangling.values()) {
                    for (int experts : new int[] {1, 3, 10}) {
                        takesFiniteSteps(sets, gate, loss, experts);
                    }
                }
            }
        }
    }

    private static void takesFiniteSteps(EmbeddingSpec.Sets sets, Gate gate, Disentangling loss, int experts) {
        ModelSpec small = SpecReader.parse("test", SMALL.replace("count: 3", "count: " + experts));
        ModelSpec spec = new ModelSpec(
                small.name(),
                small.seed(),
                small.tasks(),
                small.chains(),
                small.domains(),
                small.maxDomains(),
                small.newDomainsFrom(),
                small.features(),
                small.priorFeatures(),
                new EmbeddingSpec(sets, 2, 1f),
                small.network(),
                small.options(),
                small.plugIns(),
                small.experts(),
                gate,
                small.layers(),
                small.towers(),
                new LossSpec(CrossEntropy.MEAN, Map.of(), loss, 0.1f, Normalization.BATCH, 8),
                small.wide(),
                small.rowOptimizer(),
                small.denseOptimizer(),
                small.gradientClip(),
                small.admission(),
                small.eviction(),
                small.batch(),
                small.health());
        Random random = new Random(3);
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            for (int step = 0; step < 3; step++) {
                StepResult result = trainer.step(miniBatch(spec, randomBatch(random, spec, 12)));
                assertThat(result.skipped())
                        .as("%s, %s, %s, %d experts", sets, gate, loss, experts)
                        .isEmpty();
                assertThat(result.penalty() > 0).isEqualTo(loss != Disentangling.NONE && experts > 1);
            }
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
        ModelRows rows = ModelRows.inMemory(spec);
        byte[] snapshot;
        try (Trainer before = new Trainer(spec, rows, ComputeDevice.CPU)) {
            for (int step = 0; step < 9; step++) {
                before.step(miniBatch(spec, randomBatch(random, spec, 16)));
            }
            snapshot = before.snapshot();
        }
        try (Trainer after = new Trainer(spec.withSeed(77), rows, ComputeDevice.CPU)) {
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
        ModelRows rows = ModelRows.inMemory(spec);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU);
                Trainer other = new Trainer(wider, rows, ComputeDevice.CPU)) {
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
                                .replace("disentangling-weight: 0.05", "disentangling-weight: 0.001")
                        + "dense-optimizer: {learning-rate: 0.01}\n");
        ModelRows rows = ModelRows.inMemory(spec);
        Random random = new Random(12);
        double late = 0;
        int lateCount = 0;
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
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

    @Test
    void a_chained_task_is_as_probable_as_both_links_together() {
        String tasks = SMALL.replace("task: click", "tasks: [buy, click]");
        ModelSpec apart = SpecReader.parse("apart", tasks);
        ModelSpec chained = SpecReader.parse("chained", tasks + "chains: {buy: click}\n");
        List<Sample> batch = randomBatch(new Random(41), apart, 20);
        try (Trainer first = new Trainer(apart, ModelRows.inMemory(apart), ComputeDevice.CPU);
                Trainer second = new Trainer(chained, ModelRows.inMemory(chained), ComputeDevice.CPU)) {
            double[] links = first.score(clicksAndPurchases(apart, batch)).scores();

            double[] frozen = second.score(clicksAndPurchases(chained, batch)).scores();
            StepResult result = second.step(clicksAndPurchases(chained, batch));

            double entropy = 0;
            for (int k = 0; k < batch.size(); k++) {
                double click = links[2 * k + 1];
                double purchase = links[2 * k] * click;
                assertThat(frozen[2 * k]).isCloseTo(purchase, within(SCORE_TOLERANCE));
                assertThat(frozen[2 * k + 1]).isEqualTo(click);
                boolean clicked = batch.get(k).label();
                entropy -= Math.log(clicked ? click : 1 - click);
                entropy -= Math.log(clicked && k % 2 == 0 ? purchase : 1 - purchase);
            }
            assertThat(result.scores()).containsExactly(frozen);
            assertThat(result.crossEntropy()).isCloseTo(entropy / batch.size(), within(SCORE_TOLERANCE * 10));
            assertThat(second.score(clicksAndPurchases(chained, batch)).scores())
                    .isNotEqualTo(frozen);
        }
    }

    /** Of one domain; every second click is a purchase. */
    private static MiniBatch clicksAndPurchases(ModelSpec spec, List<Sample> samples) {
        MiniBatch batch = new MiniBatch(spec.features().size(), 2);
        for (int k = 0; k < samples.size(); k++) {
            batch.startUnlabelled(1, 0);
            batch.label(0, samples.get(k).label() && k % 2 == 0);
            batch.label(1, samples.get(k).label());
            addFeatures(batch, samples.get(k));
        }
        return batch;
    }

    @Test
    void a_mini_batch_for_another_number_of_tasks_is_refused() {
        ModelSpec spec = SpecReader.parse("test", SMALL.replace("task: click", "tasks: [click, like]"));
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            MiniBatch batch = miniBatch(spec, randomBatch(new Random(1), spec, 3));
            assertThatThrownBy(() -> trainer.step(batch))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("1 tasks", "[click, like]");
        }
    }

    private static double[] scores(ModelSpec spec, long dataSeed, int steps) {
        Random random = new Random(dataSeed);
        ModelRows rows = ModelRows.inMemory(spec);
        double[] last = {};
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            for (int step = 0; step < steps; step++) {
                last = trainer.step(miniBatch(spec, randomBatch(random, spec, 16)))
                        .scores();
            }
        }
        return last;
    }

    static List<Sample> randomBatch(Random random, ModelSpec spec, int size) {
        return randomBatch(random, spec, size, 3);
    }

    /** Of the first so many domains; tags are none, one or several. */
    static List<Sample> randomBatch(Random random, ModelSpec spec, int size, int domains) {
        List<Sample> batch = new ArrayList<>();
        for (int k = 0; k < size; k++) {
            int domain = random.nextInt(domains);
            batch.add(sample(
                    spec, domain, random.nextBoolean(), random.nextInt(4), random.nextInt(6), random.nextInt(4)));
        }
        return batch;
    }

    static Sample sample(ModelSpec spec, int domain, boolean label, int user, int item, int tags) {
        long[] tagKeys = new long[tags];
        Arrays.setAll(tagKeys, i -> key(spec, 3, item + 10L * i));
        return new Sample(domain, label, new long[][] {
            {key(spec, 0, user)}, {key(spec, 1, item)}, {key(spec, 2, domain)}, tagKeys
        });
    }

    static long key(ModelSpec spec, int feature, long id) {
        return RowKeys.key(RowKeys.hash(spec.features().get(feature)), id);
    }

    static MiniBatch miniBatch(ModelSpec spec, List<Sample> samples) {
        MiniBatch batch = new MiniBatch(spec.features().size());
        for (Sample sample : samples) {
            batch.start(sample.domain(), sample.label(), 0);
            addFeatures(batch, sample);
        }
        return batch;
    }

    private static void addFeatures(MiniBatch batch, Sample sample) {
        for (long[] keys : sample.keys()) {
            for (long key : keys) {
                batch.add(key, 1);
            }
            batch.endFeature();
        }
    }

    /** The slow twin with the weights and rows as they are now. */
    private static ReferenceModel reference(ModelSpec spec, Trainer trainer, ModelRows rows, List<Sample> batch) {
        ReferenceModel reference = new ReferenceModel(spec);
        RowLayout layout = RowLayout.of(spec);
        float[] weights = dense(trainer);
        for (DenseLayout.Slice slice : trainer.parameters().slices()) {
            double[] array = new double[slice.length()];
            Arrays.setAll(array, i -> weights[slice.offset() + i]);
            reference.dense.put(slice.name(), array);
        }
        for (Sample sample : batch) {
            for (long[] keys : sample.keys()) {
                for (long key : keys) {
                    float[] row = row(rows, layout, key);
                    double[] embeddings = new double[layout.embeddings() * layout.dimension()];
                    Arrays.setAll(embeddings, i -> row[i]);
                    reference.rows.put(key, embeddings);
                }
            }
        }
        return reference;
    }

    private static float[] dense(Trainer trainer) {
        return trainer.parameters().values();
    }
}
