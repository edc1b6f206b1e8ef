package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.health.ModelHealth;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Learns a model mini-batch by mini-batch: predict, then update, with one forward pass for both. A score comes from
 * weights that have not seen its impression, so scores are an honest test of the model while it learns (progressive
 * validation).
 *
 * <p>A {@link #step} has phases, which may also be called one by one, by two threads:
 *
 * <pre>
 * prepare      fetches the mini-batch's rows and fills the network's inputs
 * compute      the network forward and backward; updates the dense weights
 * finish       updates the rows and puts them back
 * lookAtRows   for {@link ModelHealth}
 * </pre>
 *
 * <p>{@code compute} owns the dense weights and all arrays of the native library, the others the rows. So they may run while
 * another step computes, in the order that {@link Pipeline#STALE_1} says and for specs that it takes. With each step's phases in turn
 * there is nothing that a spec must do without.
 *
 * <p>On the CPU the same spec, rows and mini-batches give the same scores, bit for bit. Otherwise not safe for use by several
 * threads; several trainers may learn in one JVM.
 */
public final class Trainer implements AutoCloseable {

    /** Between the names of added domains, which have no control characters. */
    private static final String LINE = "\n";

    /** What embeddings take of a GPU's memory if nobody says otherwise. */
    public static final long DEVICE_ROW_BYTES = 1L << 30;

    private final ModelSpec spec;
    private final Domains domains;
    private final ModelRows rows;
    private final RowLayout layout;
    private final Network network;
    private final DenseWeights dense;
    private final HostEmbeddings onHost;
    private final Embeddings embeddings;
    private final TaskLoss loss;
    private final int tasks;
    private final WidePart wide;
    private final Crosses crosses;
    private final AddedDomains addedDomains;
    private final Admission admission;
    private final RowLifecycle lifecycle;
    private final HealthProbe health;
    private final NDManager manager;

    /** Those of finished steps, for others to use. */
    private final Deque<Assembly> spare = new ArrayDeque<>();
    /** Whose rows were the last to be fetched, if they are a mini-batch's. */
    private Optional<Assembly> latest = Optional.empty();

    private final DirectFloats slopes = new DirectFloats();
    private long steps;
    /** Those of them that are finished. */
    private long finishedSteps;

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
        this(spec, rows, device, DEVICE_ROW_BYTES);
    }

    /**
     * A trainer with first weights.
     *
     * @param rows where the rows live, with the first values of the same spec
     * @param device where the network computes
     * @param deviceRowBytes what of a GPU's memory embeddings may take, to be learned there; 0 to learn in Java's memory, as on the
     *     CPU, which {@link Pipeline#STALE_1} needs
     */
    public Trainer(ModelSpec spec, ModelRows rows, ComputeDevice device, long deviceRowBytes) {
        this(
                spec,
                rows,
                device,
                manager -> deviceRowBytes > 0 && manager.getDevice().isGpu()
                        ? Optional.of(new DeviceEmbeddings(
                                manager, spec, RowLayout.of(spec), rows.features(), deviceRowBytes))
                        : Optional.empty());
    }

    Trainer(ModelSpec spec, ModelRows rows, ComputeDevice device, Function<NDManager, Optional<Embeddings>> onDevice) {
        this.spec = spec;
        this.domains = new Domains(spec);
        this.layout = RowLayout.of(spec);
        this.network = Network.of(spec);
        this.loss = new TaskLoss(spec);
        this.tasks = spec.tasks().size();
        this.wide = new WidePart(spec, layout);
        this.crosses = new Crosses(spec);
        this.addedDomains = new AddedDomains(spec, layout, domains);
        this.admission = new Admission(spec);
        this.lifecycle = new RowLifecycle(spec, layout);
        this.health = new HealthProbe(spec, layout, domains);
        this.manager = device.open();
        this.onHost = new HostEmbeddings(spec, layout, rows.features());
        this.embeddings = onDevice.apply(manager).orElse(onHost);
        this.rows = new ModelRows(embeddings.rows(), rows.crosses(), rows.candidates());
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
        TrainingStep step = prepare(batch);
        compute(step);
        finish(step);
        lookAtRows(step);
        return result(step);
    }

    /**
     * Fetches the rows of a mini-batch and fills the network's inputs with them.
     *
     * @param batch at least one impression; not to be touched until the step is finished
     */
    public TrainingStep prepare(MiniBatch batch) {
        Assembly assembly = load(batch);
        admission.admit(batch, assembly.table(), layout.statistics(), rows.candidates(), impressions);
        arrange(batch, assembly);
        return new TrainingStep(batch, assembly, embeddings);
    }

    /** Scores the impressions of a prepared step and updates the dense weights, unless a loss or gradient is not finite. */
    public void compute(TrainingStep step) {
        MiniBatch batch = step.batch;
        Assembly assembly = step.assembly;
        double[] logits = new double[batch.size() * tasks];
        step.logits = logits;
        step.trainedSteps = steps;
        Autograd.record();
        try (NDManager scope = manager.newSubManager()) {
            Network.Input input = embeddings.input(scope, batch, assembly);
            Leaves leaves = dense.leaves(scope);
            Network.Output output = network.forward(leaves, input);
            deepLogits(output, assembly, logits);
            wide.learn(batch, assembly, crosses, logits);
            loss.predict(logits);
            step.crossEntropy = crossEntropy(batch, assembly, logits);
            NDArray slope = slopes.array(scope, new Shape(batch.size(), tasks));
            NDArray objective = output.logits().mul(slope).sum();
            Autograd.backward(output.penalty().map(objective::add).orElse(objective));
            step.penalty = output.penalty().map(NDArray::getFloat).orElse(0f);
            double norm = Double.isFinite(step.crossEntropy + step.penalty) ? learn(step, leaves, input) : Double.NaN;
            if (!Double.isFinite(norm)) {
                skippedSteps++;
                step.skipped = Optional.of(notFinite(step.crossEntropy, step.penalty, norm));
                return;
            }
            dense.set(output.statistics());
            steps++;
            if (health.isDue(steps)) {
                step.health = Optional.of(health.network(
                        new HealthProbe.Step(steps, skippedSteps, step.crossEntropy, norm),
                        output,
                        input.domains(),
                        dense.now()));
            }
        }
    }

    /** Updates the rows of a computed step and puts them back, if it was learned from. */
    public void finish(TrainingStep step) {
        if (step.skipped.isEmpty()) {
            Assembly assembly = step.assembly;
            if (latest.filter(assembly::equals).isEmpty()) {
                // Others have changed rows since, and the store takes back those of its latest gather only.
                step.embeddings.load(assembly.table());
                latest = Optional.of(assembly);
            }
            step.embeddings.finish(assembly, step.scale);
            keep(step);
        }
        step.finished = true;
        spare.push(step.assembly);
    }

    /** Looks at the rows as they are, if this step's {@link ModelHealth} is told and it was, or is yet to be, learned from. */
    public void lookAtRows(TrainingStep step) {
        if (step.finished ? step.health.isPresent() : health.isDue(finishedSteps + 1)) {
            latest = Optional.empty();
            step.rowHealth = health.rows(rows.features());
        }
    }

    /** What a step gave; of its rows, what was done with them so far. */
    public StepResult result(TrainingStep step) {
        return new StepResult(
                probabilities(step.logits),
                step.trainedSteps,
                step.crossEntropy,
                step.penalty,
                step.skipped,
                step.admitted,
                step.evicted,
                step.health.map(told -> HealthProbe.both(told, step.rowHealth)));
    }

    /**
     * What a computed step is yet to teach its rows, for {@link #resume}; empty if nothing. To be kept with {@link #snapshot} and the
     * rows where there is such a step.
     */
    public Optional<byte[]> unfinished(TrainingStep step) {
        if (step.finished || step.skipped.isPresent()) {
            return Optional.empty();
        }
        Assembly assembly = step.assembly;
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * (1 + assembly.gradientFloats()));
        bytes.putFloat(step.scale).asFloatBuffer().put(assembly.gradients(), 0, assembly.gradientFloats());
        return Optional.of(bytes.array());
    }

    /**
     * A computed step to be finished.
     *
     * @param batch the same impressions
     * @param unfinished what {@link #unfinished} gave
     * @throws IllegalArgumentException if it is of rows of another size
     */
    public TrainingStep resume(MiniBatch batch, byte[] unfinished) {
        TrainingStep step = new TrainingStep(batch, new Assembly(spec, layout), onHost);
        ByteBuffer bytes = ByteBuffer.wrap(unfinished);
        step.scale = bytes.getFloat();
        step.assembly.resume(batch, bytes.asFloatBuffer());
        crosses.load(batch, step.assembly.table(), rows.crosses());
        onHost.squares(step.assembly);
        step.trainedSteps = steps - 1;
        return step;
    }

    /**
     * Scores the impressions with the weights as they are; nothing is learned and no row is written. A domain that the
     * batch adds is there from then on.
     *
     * @param batch at least one impression
     */
    public Scored score(MiniBatch batch) {
        Assembly assembly = load(batch);
        admission.pointToDefaults(batch, assembly.table(), layout.statistics());
        arrange(batch, assembly);
        double[] logits = new double[batch.size() * tasks];
        Autograd.stop();
        try (NDManager scope = manager.newSubManager()) {
            Network.Output output = network.forward(dense.leaves(scope), embeddings.input(scope, batch, assembly));
            deepLogits(output, assembly, logits);
            wide.score(batch, assembly, crosses, logits);
            loss.predict(logits);
            return new Scored(
                    probabilities(logits),
                    output.experts().map(outputs -> norms(outputs, assembly)).orElseGet(() -> new float[0]));
        } finally {
            spare.push(assembly);
        }
    }

    /** The Euclidean norms of the experts' outputs, {@code [batch, experts]} by arrival. */
    private static float[] norms(NDArray outputs, Assembly assembly) {
        float[] byPosition =
                Leaves.toArray(outputs.square().sum(new int[] {2}).sqrt().transpose());
        int experts = (int) outputs.getShape().get(0);
        float[] byArrival = new float[byPosition.length];
        for (int sample = 0; sample * experts < byArrival.length; sample++) {
            System.arraycopy(byPosition, assembly.position(sample) * experts, byArrival, sample * experts, experts);
        }
        return byArrival;
    }

    private Assembly load(MiniBatch batch) {
        if (batch.size() == 0) {
            throw new IllegalArgumentException("a mini-batch needs at least one impression");
        }
        if (batch.tasks() != tasks) {
            throw new IllegalArgumentException(
                    "a mini-batch for %d tasks; expected one for %s".formatted(batch.tasks(), spec.tasks()));
        }
        meetDomains(batch);
        addedDomains.load(batch, rows.features());
        Assembly assembly = spare.isEmpty() ? new Assembly(spec, layout) : spare.pop();
        assembly.table().number(batch.keys(), batch.entries(), admission.defaultRows());
        embeddings.load(assembly.table());
        latest = Optional.of(assembly);
        addedDomains.fill(assembly.table());
        return assembly;
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

    private void arrange(MiniBatch batch, Assembly assembly) {
        assembly.order(batch);
        embeddings.fill(batch, assembly);
        crosses.load(batch, assembly.table(), rows.crosses());
    }

    /** The network's logits, {@code [batch, tasks]} by arrival. */
    private void deepLogits(Network.Output output, Assembly assembly, double[] logits) {
        FloatBuffer deep = Leaves.floats(output.logits());
        for (int sample = 0; sample * tasks < logits.length; sample++) {
            for (int task = 0; task < tasks; task++) {
                logits[sample * tasks + task] = deep.get(assembly.position(sample) * tasks + task);
            }
        }
    }

    /**
     * Updates the dense weights, and leaves what the rows are to be updated by, unless a gradient is not finite.
     *
     * @return the Euclidean norm of the gradient, dense weights and rows together, before it was clipped
     */
    private double learn(TrainingStep step, Leaves leaves, Network.Input input) {
        Assembly assembly = step.assembly;
        double norm = Math.sqrt(embeddings.takeGradients(step.batch, assembly, input) + dense.takeGradients(leaves));
        if (Double.isFinite(norm)) {
            step.scale = spec.gradientClip() > 0 ? (float) Math.min(1, spec.gradientClip() / norm) : 1f;
            dense.update(step.scale);
            embeddings.learn(step.scale);
        }
        return norm;
    }

    /** Puts the rows of a mini-batch that was learned from back, and gives up those whose time has come. */
    private void keep(TrainingStep step) {
        MiniBatch batch = step.batch;
        Assembly assembly = step.assembly;
        for (int sample = 0; sample < batch.size(); sample++) {
            today = Math.max(today, batch.day(sample));
        }
        impressions += batch.size();
        finishedSteps = step.trainedSteps + 1;
        lifecycle.count(batch, assembly.table(), crosses);
        step.embeddings.store(assembly.table());
        crosses.store(rows.crosses());
        admission.store(rows.candidates());
        health.see(batch, assembly.table());
        step.admitted = admission.admitted();
        step.evicted = lifecycle.sweep(rows, assembly.table(), crosses.table(), admission, finishedSteps, today);
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
    private double crossEntropy(MiniBatch batch, Assembly assembly, double[] logits) {
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

    /** Rows that mini-batches needed and a GPU did not have, so far; 0 where rows learn in Java's memory. */
    public long deviceRowMisses() {
        return embeddings.misses();
    }

    DenseParameters parameters() {
        return dense.now();
    }

    /** Dense weights in the network. */
    public int denseWeights() {
        return network.layout().size();
    }

    /**
     * Dense weights, their optimizer's state, the step counts, what health remembers and the added domains; with the rows as they
     * are then, all there is.
     */
    public byte[] snapshot() {
        latest = Optional.empty();
        embeddings.writeBack();
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
        finishedSteps = steps;
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
