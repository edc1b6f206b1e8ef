package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.LossSpec.CrossEntropy;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskLossTest {

    private static final double TOLERANCE = 1e-9;
    /** A float against central differences of doubles. */
    private static final double SLOPE_TOLERANCE = 1e-6;

    private static final double STEP = 1e-6;
    private static final int TASKS = 4;
    private static final int SAMPLES = 30;

    /** A label that is absent, false or true. */
    private enum Label {
        ABSENT,
        FALSE,
        TRUE
    }

    private record Sample(int domain, Label... labels) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mean        | {}                                | {}",
                "domain-mean | {click: 2, pay: 0.25, share: 0}   | {}",
                "mean        | {cart: 3}                         | {cart: click}",
                "domain-mean | {click: 0.5, pay: 4}              | {pay: cart, cart: click}",
                "domain-mean | {}                                | {click: pay, cart: pay}"
            })
    void is_the_weighted_cross_entropy_of_the_labels_that_are_there(String mean, String weights, String chains) {
        ModelSpec spec = SpecReader.parse("test", """
                name: several
                tasks: [pay, cart, click, share]
                domains: [a, b, c]
                features: [user, item, domain]
                loss: {cross-entropy: %s, task-weights: %s}
                chains: %s
                """.formatted(mean, weights, chains));
        Random random = new Random(7);
        Sample[] samples = samples(random);
        MiniBatch batch = batch(samples);
        Assembly assembly = new Assembly(spec, RowLayout.of(spec));
        assembly.order(batch);
        double[] logits = random.doubles(SAMPLES * TASKS, -3, 3).toArray();
        double[] predictions = logits.clone();
        FloatBuffer slopes = FloatBuffer.allocate(logits.length);
        TaskLoss loss = new TaskLoss(spec);

        loss.predict(predictions);
        double given = loss.of(batch, predictions, assembly, slopes);

        assertThat(given).isCloseTo(slowly(spec, samples, logits), within(TOLERANCE));
        for (int i = 0; i < logits.length; i++) {
            double probability =
                    probability(spec, logits, i / TASKS, spec.tasks().get(i % TASKS));
            assertThat(1 / (1 + Math.exp(-predictions[i]))).isCloseTo(probability, within(TOLERANCE));
            double value = logits[i];
            logits[i] = value + STEP;
            double above = slowly(spec, samples, logits);
            logits[i] = value - STEP;
            double below = slowly(spec, samples, logits);
            logits[i] = value;
            double slope = slopes.get(assembly.position(i / TASKS) * TASKS + i % TASKS);
            assertThat(slope).isCloseTo((above - below) / (2 * STEP), within(SLOPE_TOLERANCE));
        }
    }

    private static double slowly(ModelSpec spec, Sample[] samples, double[] logits) {
        double loss = 0;
        for (int task = 0; task < TASKS; task++) {
            String name = spec.tasks().get(task);
            for (int i = 0; i < SAMPLES; i++) {
                if (samples[i].labels[task] != Label.ABSENT) {
                    double among = 0;
                    for (Sample other : samples) {
                        boolean counts =
                                spec.loss().crossEntropy() == CrossEntropy.MEAN || other.domain == samples[i].domain;
                        among += counts && other.labels[task] != Label.ABSENT ? 1 : 0;
                    }
                    double probability = probability(spec, logits, i, name);
                    double entropy = -Math.log(samples[i].labels[task] == Label.TRUE ? probability : 1 - probability);
                    loss += spec.loss().taskWeight(name) * entropy / among;
                }
            }
        }
        return loss;
    }

    /** Of the task and of all that it is chained to. */
    private static double probability(ModelSpec spec, double[] logits, int sample, String task) {
        double own = 1 / (1 + Math.exp(-logits[sample * TASKS + spec.tasks().indexOf(task)]));
        String before = spec.chains().getOrDefault(task, "");
        return before.isEmpty() ? own : own * probability(spec, logits, sample, before);
    }

    /** A third of the labels is absent; the last task's are absent in the first domain. */
    private static Sample[] samples(Random random) {
        Sample[] samples = new Sample[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            int domain = random.nextInt(3);
            Label[] labels = new Label[TASKS];
            for (int task = 0; task < TASKS; task++) {
                labels[task] = Label.values()[random.nextInt(3)];
            }
            labels[TASKS - 1] = domain == 0 ? Label.ABSENT : labels[TASKS - 1];
            samples[i] = new Sample(domain, labels);
        }
        return samples;
    }

    private static MiniBatch batch(Sample... samples) {
        MiniBatch batch = new MiniBatch(3, TASKS);
        for (Sample sample : samples) {
            batch.startUnlabelled(sample.domain, 0);
            for (int task = 0; task < TASKS; task++) {
                if (sample.labels[task] != Label.ABSENT) {
                    batch.label(task, sample.labels[task] == Label.TRUE);
                }
            }
            for (int feature = 0; feature < 3; feature++) {
                batch.add(feature, 1f);
                batch.endFeature();
            }
        }
        return batch;
    }
}
