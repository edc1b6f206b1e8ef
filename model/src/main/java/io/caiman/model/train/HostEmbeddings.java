package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowAdaGrad;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * Embeddings that are summed up, spread and updated in Java's memory; the network's inputs and their gradients cross to and from where
 * it computes, which on the CPU is no way. Keeps nothing from step to step.
 */
final class HostEmbeddings implements Embeddings {

    private static final FloatBuffer NOTHING = FloatBuffer.allocate(0);

    private final RowLayout layout;
    private final int features;
    private final int priorInputs;
    private final RowAdaGrad adaGrad;
    private final EmbeddingStore rows;

    HostEmbeddings(ModelSpec spec, RowLayout layout, EmbeddingStore rows) {
        this.layout = layout;
        this.features = spec.features().size();
        this.priorInputs = spec.priorInputs().size();
        this.adaGrad = new RowAdaGrad(layout, spec.rowOptimizer());
        this.rows = rows;
    }

    @Override
    public void load(RowTable table) {
        table.loadRows(rows);
    }

    @Override
    public void fill(MiniBatch batch, Assembly assembly) {
        assembly.fill(batch);
    }

    @Override
    public Network.Input input(NDManager scope, MiniBatch batch, Assembly assembly) {
        long width = layout.dimension();
        NDArray embeddings =
                assembly.embeddings().array(scope, new Shape(layout.sets(), batch.size(), features * width));
        embeddings.setRequiresGradient(true);
        Optional<NDArray> prior = Optional.empty();
        if (layout.prior()) {
            NDArray array = assembly.prior().array(scope, new Shape(batch.size(), priorInputs * width));
            array.setRequiresGradient(true);
            prior = Optional.of(array);
        }
        return new Network.Input(embeddings, prior, assembly.domains(), assembly.counts());
    }

    @Override
    public double takeGradients(MiniBatch batch, Assembly assembly, Network.Input input) {
        assembly.rowGradients(
                batch,
                Leaves.floats(input.embeddings().getGradient()),
                input.prior().map(prior -> Leaves.floats(prior.getGradient())).orElse(NOTHING));
        return squares(assembly);
    }

    /** Leaves the squared norm of each embedding's gradient in the assembly; returns their sum. */
    double squares(Assembly assembly) {
        return adaGrad.squares(assembly.gradients(), assembly.table().distinct(), assembly.squares());
    }

    @Override
    public void learn(float scale) {}

    @Override
    public void finish(Assembly assembly, float scale) {
        RowTable table = assembly.table();
        adaGrad.update(table.rows(), assembly.gradients(), assembly.squares(), table.distinct(), scale);
    }

    @Override
    public void store(RowTable table) {
        table.store(rows);
    }

    @Override
    public EmbeddingStore rows() {
        return rows;
    }

    @Override
    public void writeBack() {}

    @Override
    public long misses() {
        return 0;
    }
}
