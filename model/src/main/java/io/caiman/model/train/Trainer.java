package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowAdaGrad;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.SquaredNorm;
import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.nn.Autograd;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseParameters;
import io.caiman.model.nn.DenseWeights;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Learns a model mini-batch by mini-batch: predict, then update, with one forward pass for both. A score comes from
 * weights that have not seen its impression, so scores are an honest test of the model while it learns (progressive
 * validation).
 *
 * <p>On the CPU the same spec, rows and mini-batches give the same scores, bit for bit. Not safe for use by several
 * threads; several trainers may learn in one JVM.
 */
public final class Trainer implements AutoCloseable {

    /** Between the names of added domains, which have no control characters. */
    private static final String LINE = "\n";

    private static final FloatBuffer NOTHING = FloatBuffer.allocate(0);

    private final ModelSpec spec;
    private final Domains domains;
    private final ModelRows rows;
    private final RowLayout layout;
    private final Network network;
    private final DenseWeights dense;
    private final RowAdaGrad rowAdaGrad;
    private final TaskLoss loss;
    private final int tasks;
    private final int priorInputs;
    private final WidePart wide;
    private final Crosses crosses;
    private final Assembly assembly;
    private final AddedDomains addedDomains;
    private final Admission admission;
    private final RowLifecycle lifecycle;
    private final HealthProbe health;
    private final NDManager manager;

    private final DirectFloats slopes = new DirectFloats();
    private long steps;
    private long skippedSteps;
    /** Impressions learned from. */
    private long impressions;
    /** Latest day of event time learned from. */
    private int today = Integer.MIN_VALUE;

    /**
     * A trainer with first weights.
     *
     * @param rows where the rows live, with the first values of the same spec
     * @param device where the network computes
     */
    public Trainer(ModelSpec spec, ModelRows rows, ComputeDevice device) {
        this.spec = spec;
        this.domains = new Domains(spec);
        this.rows = rows;
        this.layout = RowLayout.of(spec);
        this.network = Network.of(spec);
        this.rowAdaGrad = new RowAdaGrad(layout, spec.rowOptimizer());
        this.loss = new TaskLoss(spec);
        this.tasks = spec.tasks().size();
        this.priorInputs = spec.priorInputs().size();
        this.wide = new WidePart(spec, layout);
        this.crosses = new Crosses(spec);
        this.assembly = new Assembly(spec, layout);
        this.addedDomains = new AddedDomains(spec, layout, domains);
        this.admission = new Admission(spec);
        this.lifecycle = new RowLifecycle(spec, layout);
        this.health = new HealthProbe(spec, layout, domains);
        this.manager = device.open();
        this.dense = DenseWeights.on(
                manager,
                spec.denseOptimizer(),
                network.layout(),
                new DenseParameters(network.layout(), spec.seed(), domains.size()));
    }

    /**
     * Scores the impressions, then learns from them. A mini-batch whose loss or gradient is not finite teaches the model
     * nothing, neither its deep nor its wide part, and is counted as skipped.
     *
     * @param batch at least one impression
     */
    public StepResult step(MiniBatch batch) {
        load(batch);
        admission.admit(batch, assembly.table(), layout.statistics(), rows.candidates(), impressions);
        arrange(batch);
        double[] logits = new double[batch.size() * tasks];
        Autograd.record();
        try (NDManager scope = manager.newSubManager()) {
            Network.Input input = input(scope, batch);
            Leaves leaves = dense.leaves(scope);
            Network.Output output = network.forward(leaves, input);
            deepLogits(output, logits);
            wide.learn(batch, assembly, crosses, logits);
            loss.predict(logits);
            double crossEntropy = crossEntropy(batch, logits);
            NDArray slope = slopes.array(scope, new Shape(batch.size(), tasks));
            NDArray objective = output.logits().mul(slope).sum();
            Autograd.backward(output.penalty().map(objective::add).orElse(objective));
            double penalty = output.penalty().map(NDArray::getFloat).orElse(0f);
            double norm = Double.isFinite(crossEntropy + penalty) ? learn(batch, leaves, input) : Double.NaN;
            boolean learns = Double.isFinite(norm);
            skippedSteps += learns ? 0 : 1;
            if (learns) {
                dense.set(output.statistics());
            }
            List<Evicted> evicted = learns ? keep(batch) : List.of();
            boolean probed = learns
                    && spec.health().everySteps() > 0
                    && (steps + 1) % spec.health().everySteps() == 0;
            return new StepResult(
                    probabilities(logits),
                    learns ? steps++ : steps,
                    crossEntropy,
                    penalty,
                    learns ? Optional.empty() : Optional.of(notFinite(crossEntropy, penalty, norm)),
                    learns ? admission.admitted() : 0,
                    evicted,
                    probed
                            ? Optional.of(health.probe(
                                    new HealthProbe.Step(steps, skippedSteps, crossEntropy, norm),
                                    output,
                                    input.domains(),
                                    dense.now(),
                                    rows.features()))
                            : Optional.empty());
        }
    }

    /**
     * Scores the impressions with the weights as they are; nothing is learned and no row is written. A domain that the
     * batch adds is there from then on.
     *
     * @param batch at least one impression
     */
    public Scored score(MiniBatch batch) {
        load(batch);
        admission.pointToDefaults(batch, assembly.table(), layout.statistics());
        arrange(batch);
        double[] logits = new double[batch.size() * tasks];
        Autograd.stop();
        try (NDManager scope = manager.newSubManager()) {
            Network.Output output = network.forward(dense.leaves(scope), input(scope, batch));
            deepLogits(output, logits);
            wide.score(batch, assembly, crosses, logits);
            loss.predict(logits);
            return new Scored(
                    probabilities(logits), output.experts().map(this::norms).orElseGet(() -> new float[0]));
        }
    }

    /** The Euclidean norms of the experts' outputs, {@code [batch, experts]} by arrival. */
    private float[] norms(NDArray outputs) {
        float[] byPosition =
                Leaves.toArray(outputs.square().sum(new int[] {2}).sqrt().transpose());
        int experts = (int) outputs.getShape().get(0);
        float[] byArrival = new float[byPosition.length];
        for (int sample = 0; sample * experts < byArrival.length; sample++) {
            System.arraycopy(byPosition, assembly.position(sample) * experts, byArrival, sample * experts, experts);
        }
        return byArrival;
    }

    private void load(MiniBatch batch) {
        if (batch.size() == 0) {
            throw new IllegalArgumentException("a mini-batch needs at least one impression");
        }
        if (batch.tasks() != tasks) {
            throw new IllegalArgumentException(
                    "a mini-batch for %d tasks; expected one for %s".formatted(batch.tasks(), spec.tasks()));
        }
        meetDomains(batch);
        addedDomains.load(batch, rows.features());
        assembly.load(batch, admission.defaultRows(), rows.features());
        addedDomains.fill(assembly.table());
    }

    /** Adds the domains that the batch brings. No other domain's weights, and no optimizer's state, change. */
    private void meetDomains(MiniBatch batch) {
        for (String name : batch.newDomains()) {
            if (domains.number(name).isEmpty()) {
                int number = domains.add(name);
                dense.begin(number, spec.startOf(number));
            }
        }
        for (int sample = 0; sample < batch.size(); sample++) {
            if (batch.domain(sample) >= domains.size()) {
                throw new IllegalArgumentException(
                        "an impression of domain %d; expected one of %s, or a mini-batch that says which domain it adds"
                                .formatted(batch.domain(sample), domains.names()));
            }
        }
    }

    private void arrange(MiniBatch batch) {
        assembly.arrange(batch);
        crosses.load(batch, assembly.table(), rows.crosses());
    }

    private Network.Input input(NDManager scope, MiniBatch batch) {
        long width = layout.dimension();
        Shape all = new Shape(layout.sets(), batch.size(), spec.features().size() * width);
        NDArray embeddings = assembly.embeddings().array(scope, all);
        embeddings.setRequiresGradient(true);
        Optional<NDArray> prior = Optional.empty();
        if (layout.prior()) {
            Shape shape = new Shape(batch.size(), priorInputs * width);
            NDArray array = assembly.prior().array(scope, shape);
            array.setRequiresGradient(true);
            prior = Optional.of(array);
        }
        return new Network.Input(embeddings, prior, assembly.domains(), assembly.counts());
    }

    /** The network's logits, {@code [batch, tasks]} by arrival. */
    private void deepLogits(Network.Output output, double[] logits) {
        FloatBuffer deep = Leaves.floats(output.logits());
        for (int sample = 0; sample * tasks < logits.length; sample++) {
            for (int task = 0; task < tasks; task++) {
                logits[sample * tasks + task] = deep.get(assembly.position(sample) * tasks + task);
            }
        }
    }

    /**
     * Updates dense weights and rows, unless a gradient is not finite.
     *
     * @return the Euclidean norm of the gradient, dense weights and rows together, before it was clipped
     */
    private double learn(MiniBatch batch, Leaves leaves, Network.Input input) {
        RowTable table = assembly.table();
        float[] rowGradients = assembly.rowGradients(
                batch,
                Leaves.floats(input.embeddings().getGradient()),
                input.prior().map(prior -> Leaves.floats(prior.getGradient())).orElse(NOTHING));
        double squares = dense.takeGradients(leaves);
        float scale = 1f;
        if (spec.gradientClip() > 0) {
            int width = layout.embeddings() * layout.dimension();
            double norm = Math.sqrt(squares + SquaredNorm.ofMany(rowGradients, 0, table.distinct() * width));
            scale = (float) Math.min(1, spec.gradientClip() / norm);
        }
        double norm = Math.sqrt(squares + rowAdaGrad.update(table.rows(), rowGradients, table.distinct(), scale));
        if (!Double.isFinite(norm)) {
            return norm;
        }
        dense.update(scale);
        return norm;
    }

    /** Puts the rows of a mini-batch that was learned from back, and gives up those whose time has come. */
    private List<Evicted> keep(MiniBatch batch) {
        for (int sample = 0; sample < batch.size(); sample++) {
            today = Math.max(today, batch.day(sample));
        }
        impressions += batch.size();
        lifecycle.count(batch, assembly.table(), crosses);
        assembly.store(rows.features());
        crosses.store(rows.crosses());
        admission.store(rows.candidates());
        health.see(batch, assembly.table());
        return lifecycle.sweep(rows, assembly.table(), crosses.table(), admission, steps + 1, today);
    }

    private static double[] probabilities(double[] logits) {
        double[] scores = new double[logits.length];
        for (int sample = 0; sample < scores.length; sample++) {
            scores[sample] = Double.isFinite(logits[sample]) ? BinaryCrossEntropy.sigmoid(logits[sample]) : Double.NaN;
        }
        return scores;
    }

    private static String notFinite(double crossEntropy, double penalty, double norm) {
        return "cross-entropy %s, disentangling loss %s, norm of the gradient %s: expected finite numbers; lower learning rates or a 'gradient-clip' may help"
                .formatted(crossEntropy, penalty, norm);
    }

    /**
     * Leaves in {@link #slopes} the derivative of the cross-entropy by each logit, in the order by domain. Handing
     * these to the backward pass spares the network the loss itself, and lets the wide part enter as a constant.
     */
    private double crossEntropy(MiniBatch batch, double[] logits) {
        slopes.resize(logits.length);
        return loss.of(batch, logits, assembly, slopes.floats());
    }

    /** The domains that it serves: those of the spec, and those that were added. */
    public List<String> domains() {
        return domains.names();
    }

    /** Mini-batches learned from. */
    public long steps() {
        return steps;
    }

    /** Mini-batches not learned from because a loss or gradient was not finite. */
    public long skippedSteps() {
        return skippedSteps;
    }

    DenseParameters parameters() {
        return dense.now();
    }

    /** Dense weights in the network. */
    public int denseWeights() {
        return network.layout().size();
    }

    /**
     * Dense weights, their optimizer's state, the step counts, what health remembers and the added domains; with the rows,
     * all there is.
     */
    public byte[] snapshot() {
        byte[] added = String.join(LINE, domains.names().subList(spec.domains().size(), domains.size()))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes() + added.length);
        bytes.putLong(steps).putLong(skippedSteps).putLong(impressions).putInt(today);
        dense.write(bytes);
        health.write(bytes);
        bytes.put(added);
        return bytes.array();
    }

    /**
     * Takes over what {@link #snapshot} gave.
     *
     * @throws IllegalArgumentException if it is of a network of another size
     */
    public void restore(byte[] snapshot) {
        int fixed = snapshotBytes();
        if (snapshot.length < fixed || (snapshot.length > fixed && !domains.hasRoom())) {
            throw new IllegalArgumentException(
                    "the stored dense weights take %d bytes; this spec's network takes %d: restore with the spec they were trained with"
                            .formatted(snapshot.length, fixed));
        }
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        steps = bytes.getLong();
        skippedSteps = bytes.getLong();
        impressions = bytes.getLong();
        today = bytes.getInt();
        dense.read(bytes);
        health.read(bytes);
        new String(snapshot, fixed, snapshot.length - fixed, StandardCharsets.UTF_8)
                .lines()
                .forEach(domains::add);
    }

    /** Bytes of a snapshot without the names of added domains. */
    private int snapshotBytes() {
        return 3 * Long.BYTES + Integer.BYTES + dense.snapshotBytes() + health.snapshotBytes();
    }

    @Override
    public void close() {
        manager.close();
    }
}
