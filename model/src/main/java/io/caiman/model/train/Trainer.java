package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowAdaGrad;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.nn.Adam;
import io.caiman.model.nn.Autograd;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseParameters;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Crocodile;
import io.caiman.model.zoo.Network;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Learns a model mini-batch by mini-batch: predict, then update, with one forward pass for both. A score comes from
 * weights that have not seen its impression, so scores are an honest test of the model while it learns (progressive
 * validation).
 *
 * <p>On the CPU the same spec, rows and mini-batches give the same scores, bit for bit. Not safe for use by several
 * threads; several trainers may learn in one JVM.
 */
public final class Trainer implements AutoCloseable {

    private final ModelSpec spec;
    private final EmbeddingStore store;
    private final RowLayout layout;
    private final Network network;
    private final DenseParameters parameters;
    private final Adam adam;
    private final RowAdaGrad rowAdaGrad;
    private final WidePart wide;
    private final Assembly assembly;
    private final NDManager manager;

    private final DirectFloats embeddingBuffer = new DirectFloats();
    private final DirectFloats priorBuffer = new DirectFloats();
    private final DirectFloats slopeBuffer = new DirectFloats();
    private float[] embeddingGradient = new float[0];
    private float[] priorGradient = new float[0];
    private float[] deep = new float[0];
    private float[] slopes = new float[0];
    private long steps;

    /**
     * A trainer with first weights.
     *
     * @param store where the rows live; its initializer must be of the same spec
     * @param device where the network computes
     */
    public Trainer(ModelSpec spec, EmbeddingStore store, ComputeDevice device) {
        this.spec = spec;
        this.store = store;
        this.layout = new RowInitializer(spec).layout();
        this.network = new Crocodile(spec);
        this.parameters = new DenseParameters(network.layout(), spec.seed());
        this.adam = new Adam(spec.denseOptimizer(), parameters);
        this.rowAdaGrad = new RowAdaGrad(layout, spec.rowOptimizer());
        this.wide = new WidePart(spec.wide(), layout, spec.features().size());
        this.assembly = new Assembly(layout, spec.features().size(), priorOf(spec));
        this.manager = device.open();
    }

    private static int[] priorOf(ModelSpec spec) {
        List<String> prior = spec.priorFeatures();
        return spec.features().stream().mapToInt(prior::indexOf).toArray();
    }

    /**
     * Scores the impressions, then learns from them.
     *
     * @param batch at least one impression
     */
    public StepResult step(MiniBatch batch) {
        if (batch.size() == 0) {
            throw new IllegalArgumentException("a step needs at least one impression");
        }
        assembly.load(batch, store, spec.domains().size());
        double[] logits = new double[batch.size()];
        Autograd.record();
        double crossEntropy;
        double penalty;
        try (NDManager scope = manager.newSubManager()) {
            NDArray embeddings = leaf(embeddingBuffer.array(scope, assembly.embeddings(), embeddingShape(batch)));
            NDArray prior = leaf(priorBuffer.array(scope, assembly.prior(), priorShape(batch)));
            Leaves leaves = parameters.leaves(scope);
            Network.Output output = network.forward(
                    leaves, new Network.Input(embeddings, prior, assembly.domains(), assembly.counts()));
            deep = copy(output.logits(), deep);
            wide.score(batch, assembly, deep, logits);
            crossEntropy = slopes(batch, logits);
            NDArray slope = slopeBuffer.array(scope, slopes, new Shape(batch.size()));
            NDArray objective = output.logits().mul(slope).sum();
            Autograd.backward(output.penalty().map(objective::add).orElse(objective));
            penalty = output.penalty().map(NDArray::getFloat).orElse(0f);
            embeddingGradient = copy(embeddings.getGradient(), embeddingGradient);
            priorGradient = copy(prior.getGradient(), priorGradient);
            adam.update(leaves);
        }
        rowAdaGrad.update(
                assembly.rows(),
                assembly.rowGradients(batch, embeddingGradient, priorGradient),
                assembly.distinctRows());
        assembly.store(store);
        double[] scores = logits;
        for (int sample = 0; sample < scores.length; sample++) {
            scores[sample] = BinaryCrossEntropy.sigmoid(logits[sample]);
        }
        return new StepResult(scores, steps++, crossEntropy, penalty);
    }

    /**
     * Leaves in {@link #slopes} the derivative of the cross-entropy by each logit, in the order by domain. Handing
     * these to the backward pass spares the network the loss itself, and lets the wide part enter as a constant.
     */
    private double slopes(MiniBatch batch, double[] logits) {
        if (slopes.length < batch.size()) {
            slopes = new float[batch.size()];
        }
        int[] countOf = new int[spec.domains().size()];
        for (int i = 0; i < assembly.domains().length; i++) {
            countOf[assembly.domains()[i]] = assembly.counts()[i];
        }
        double loss = 0;
        for (int sample = 0; sample < batch.size(); sample++) {
            boolean label = batch.label(sample);
            double weight =
                    BinaryCrossEntropy.weight(spec.loss().crossEntropy(), countOf[batch.domain(sample)], batch.size());
            loss += weight * BinaryCrossEntropy.of(logits[sample], label);
            slopes[assembly.position(sample)] = (float) (weight * BinaryCrossEntropy.gradient(logits[sample], label));
        }
        return loss;
    }

    private Shape embeddingShape(MiniBatch batch) {
        return new Shape(layout.sets(), batch.size(), (long) spec.features().size() * layout.dimension());
    }

    private Shape priorShape(MiniBatch batch) {
        return new Shape(batch.size(), (long) spec.priorFeatures().size() * layout.dimension());
    }

    private static NDArray leaf(NDArray array) {
        array.setRequiresGradient(true);
        return array;
    }

    private static float[] copy(NDArray array, float[] target) {
        FloatBuffer floats = Leaves.floats(array);
        float[] into = target.length >= floats.remaining() ? target : new float[floats.remaining()];
        floats.get(into, 0, floats.remaining());
        return into;
    }

    /** Mini-batches learned from. */
    public long steps() {
        return steps;
    }

    DenseParameters parameters() {
        return parameters;
    }

    /** Dense weights in the network. */
    public int denseWeights() {
        return parameters.values().capacity();
    }

    /** Dense weights, their optimizer's state and the step count; with the rows, all there is to the model. */
    public byte[] snapshot() {
        FloatBuffer values = parameters.values();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Float.BYTES * values.capacity() + adam.snapshotBytes());
        bytes.putLong(steps);
        bytes.asFloatBuffer().put(values.duplicate().clear());
        bytes.position(bytes.position() + Float.BYTES * values.capacity());
        adam.write(bytes);
        return bytes.array();
    }

    /**
     * Takes over what {@link #snapshot} gave.
     *
     * @throws IllegalArgumentException if it is of a network of another size
     */
    public void restore(byte[] snapshot) {
        FloatBuffer values = parameters.values();
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        int expected = Long.BYTES + Float.BYTES * values.capacity() + adam.snapshotBytes();
        if (snapshot.length != expected) {
            throw new IllegalArgumentException(
                    "the stored dense weights take %d bytes; this spec's network takes %d: restore with the spec they were trained with"
                            .formatted(snapshot.length, expected));
        }
        steps = bytes.getLong();
        values.duplicate().clear().put(bytes.asFloatBuffer().limit(values.capacity()));
        bytes.position(bytes.position() + Float.BYTES * values.capacity());
        adam.read(bytes);
    }

    @Override
    public void close() {
        manager.close();
    }
}
