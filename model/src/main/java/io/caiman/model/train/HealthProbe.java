package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.SquaredNorm;
import io.caiman.model.health.EmbeddingWatch;
import io.caiman.model.health.HealthWarning;
import io.caiman.model.health.HealthWarning.Kind;
import io.caiman.model.health.ModelHealth;
import io.caiman.model.health.ModelHealth.Abundance;
import io.caiman.model.health.ModelHealth.ExpertUse;
import io.caiman.model.health.ModelHealth.GateUse;
import io.caiman.model.loss.ExpertLoss;
import io.caiman.model.nn.DenseParameters;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.LossSpec.Normalization;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Looks at a model after a step. */
final class HealthProbe {

    /** Share of the highest entropy from which on a gate routes nothing. */
    private static final double UNROUTED = 0.999;
    /** Share of zeros from which on an expert is silent. */
    private static final double SILENT = 0.999;

    private static final ExpertLoss COVARIANCE = ExpertLoss.covariance(Normalization.BATCH);

    private final ModelSpec spec;
    private final Domains domains;
    private final EmbeddingWatch watch;
    private final int watched;

    HealthProbe(ModelSpec spec, RowLayout layout, Domains domains) {
        this.spec = spec;
        this.domains = domains;
        this.watch = new EmbeddingWatch(spec, layout);
        this.watched = spec.features().indexOf(spec.health().feature());
    }

    /** What the trainer knows of its step. */
    record Step(long number, long skipped, double crossEntropy, double gradientNorm) {}

    /** What the rows tell. */
    record Rows(List<Abundance> abundances, List<HealthWarning> warnings) {

        /** Of rows that were not looked at. */
        static final Rows NONE = new Rows(List.of(), List.of());
    }

    /** Whether the model is looked at when it has learned from so many mini-batches. */
    boolean isDue(long steps) {
        return spec.health().everySteps() > 0 && steps % spec.health().everySteps() == 0;
    }

    /** Remembers the ids of a mini-batch that was learned from, those that have a row of their own. */
    void see(MiniBatch batch, RowTable rows) {
        for (int sample = 0; sample < batch.size() && spec.health().everySteps() > 0; sample++) {
            for (int entry = batch.start(sample, watched); entry < batch.end(sample, watched); entry++) {
                if (rows.key(entry) == batch.keys()[entry]) {
                    watch.see(batch.keys()[entry], batch.domain(sample));
                }
            }
        }
    }

    /** The abundances of the ids that are remembered. */
    Rows rows(EmbeddingStore store) {
        List<HealthWarning> warnings = new ArrayList<>();
        return new Rows(watch.measure(domains.names(), store, warnings), warnings);
    }

    /** The model's health but for what the rows tell, from a step's forward pass and the weights after it. */
    ModelHealth network(Step step, Network.Output output, int[] present, DenseParameters parameters) {
        List<HealthWarning> warnings = new ArrayList<>();
        boolean settled = step.number() >= spec.health().patience();
        List<GateUse> gates = gates(output, present, settled, warnings);
        List<ExpertUse> experts = output.experts()
                .map(outputs -> experts(outputs, settled, warnings))
                .orElse(List.of());
        return new ModelHealth(
                step.number(),
                step.skipped(),
                step.crossEntropy(),
                output.experts()
                        .map(outputs -> OptionalDouble.of(COVARIANCE
                                .of(outputs, () -> output.gates().get(0))
                                .getFloat()))
                        .orElse(OptionalDouble.empty()),
                Math.sqrt(SquaredNorm.ofMany(parameters.values(), 0, parameters.size())),
                step.gradientNorm(),
                List.of(),
                gates,
                experts,
                warnings);
    }

    /** What network and rows tell together. */
    static ModelHealth both(ModelHealth network, Rows rows) {
        List<HealthWarning> warnings = new ArrayList<>(rows.warnings());
        warnings.addAll(network.warnings());
        return new ModelHealth(
                network.step(),
                network.skippedSteps(),
                network.crossEntropy(),
                network.covarianceLoss(),
                network.weightNorm(),
                network.gradientNorm(),
                rows.abundances(),
                network.gates(),
                network.experts(),
                warnings);
    }

    private List<GateUse> gates(Network.Output output, int[] present, boolean settled, List<HealthWarning> warnings) {
        List<GateUse> gates = new ArrayList<>();
        for (int i = 0; i < output.gates().size(); i++) {
            String domain = domains.names().get(present[i]);
            NDArray gate = output.gates().get(i);
            OptionalDouble entropy = entropy(gate);
            gates.add(new GateUse(domain, entropy, shares(gate)));
            if (settled && entropy.orElse(0) > UNROUTED) {
                warnings.add(new HealthWarning(
                        Kind.UNROUTED,
                        "domain '%s': the gate's entropy is %.5f of the highest possible"
                                .formatted(domain, entropy.orElse(0))));
            }
        }
        return gates;
    }

    /** Mean entropy of gate weights {@code [samples, experts, width]} over the experts, as a share of the highest. */
    static OptionalDouble entropy(NDArray gate) {
        int samples = (int) gate.getShape().get(0);
        int experts = (int) gate.getShape().get(1);
        int width = (int) gate.getShape().get(2);
        double sum = 0;
        for (float weight : Leaves.toArray(gate)) {
            sum -= weight > 0 ? weight * Math.log(weight) : 0;
        }
        return experts == 1
                ? OptionalDouble.empty()
                : OptionalDouble.of(sum / ((double) samples * width * Math.log(experts)));
    }

    /** Mean weight of each expert, of gate weights {@code [samples, experts, width]}. */
    static List<Float> shares(NDArray gate) {
        int samples = (int) gate.getShape().get(0);
        int experts = (int) gate.getShape().get(1);
        int width = (int) gate.getShape().get(2);
        float[] weights = Leaves.toArray(gate);
        double[] sums = new double[experts];
        for (int i = 0; i < weights.length; i++) {
            sums[i / width % experts] += weights[i];
        }
        return Arrays.stream(sums)
                .mapToObj(sum -> (float) (sum / ((double) samples * width)))
                .toList();
    }

    private static List<ExpertUse> experts(NDArray array, boolean settled, List<HealthWarning> warnings) {
        float[] outputs = Leaves.toArray(array);
        int count = (int) array.getShape().get(0);
        int each = outputs.length / count;
        List<ExpertUse> experts = new ArrayList<>();
        for (int expert = 0; expert < count; expert++) {
            int zeros = 0;
            for (int i = expert * each; i < (expert + 1) * each; i++) {
                zeros += outputs[i] == 0f ? 1 : 0;
            }
            double silence = (double) zeros / each;
            experts.add(new ExpertUse(expert, silence));
            if (settled && silence > SILENT) {
                warnings.add(new HealthWarning(
                        Kind.SILENT_EXPERT,
                        "expert %d: %.2f %% of its outputs are 0".formatted(expert, 100 * silence)));
            }
        }
        return experts;
    }

    int snapshotBytes() {
        return watch.snapshotBytes();
    }

    void write(ByteBuffer target) {
        watch.write(target);
    }

    void read(ByteBuffer source) {
        watch.read(source);
    }
}
