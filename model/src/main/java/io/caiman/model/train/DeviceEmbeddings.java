package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowAdaGrad;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Embeddings that are gathered, summed up, spread and updated, by {@link RowAdaGrad}, in a device's memory, where {@link DeviceRows}
 * keeps them. Up go the places of a mini-batch's rows, and those rows that are not there yet; nothing comes down but a norm.
 *
 * <p>It rounds otherwise than {@link HostEmbeddings}: sums run in another order.
 */
final class DeviceEmbeddings implements Embeddings {

    private final RowLayout layout;
    private final int features;
    private final int width;
    private final boolean domainsMayCome;
    private final NDArray learningRate;
    private final NDArray meanOfDimension;
    /** Places of the prior inputs among the features. */
    private final NDArray priorFeatures;

    private final DeviceRows rows;
    private final EntryGroups groups;
    private final DirectFloats upload = new DirectFloats();
    private Optional<Step> step = Optional.empty();

    /** The gradients of that step, after its backward pass. */
    private Optional<Gradients> gradients = Optional.empty();

    /**
     * What a step has on the device.
     *
     * @param places of the distinct rows, {@code [distinct]}
     * @param weights the leaf that gets the gradients, {@code [distinct, embeddings * dimension]}
     */
    private record Step(NDArray places, NDArray weights) {}

    /**
     * Gradients of a step's rows.
     *
     * @param values {@code [distinct, embeddings, dimension]}
     * @param squares the squared norm of each embedding's, {@code [distinct, embeddings]}
     */
    private record Gradients(NDArray values, NDArray squares) {}

    /** As {@link DeviceRows} has it. */
    DeviceEmbeddings(NDManager manager, ModelSpec spec, RowLayout layout, EmbeddingStore store, long bytes) {
        this.layout = layout;
        this.features = spec.features().size();
        this.width = layout.embeddings() * layout.dimension();
        this.domainsMayCome = spec.maxDomains() > 0;
        this.learningRate = manager.create(spec.rowOptimizer().learningRate());
        this.meanOfDimension = manager.create(1f / layout.dimension());
        this.priorFeatures = manager.create(
                spec.priorInputs().stream().mapToLong(spec.features()::indexOf).toArray());
        this.groups = new EntryGroups(features);
        this.rows = new DeviceRows(manager, layout, store, bytes);
    }

    @Override
    public void load(RowTable table) {
        if (domainsMayCome) {
            // A domain that comes starts from rows as the store has them.
            rows.release();
        }
        rows.load(table);
    }

    @Override
    public void fill(MiniBatch batch, Assembly assembly) {}

    @Override
    public Network.Input input(NDManager scope, MiniBatch batch, Assembly assembly) {
        groups.load(batch);
        NDList parts = upload(scope, batch, assembly);
        NDArray places = whole(parts.get(0));
        if (rows.missing() > 0) {
            rows.set(
                    whole(parts.get(1)),
                    parts.get(5).reshape(-1, width),
                    parts.get(6).reshape(-1, layout.embeddings()));
        }
        NDArray weights = DeviceRows.at(places, rows.weights());
        weights.setRequiresGradient(true);
        step = Optional.of(new Step(places, weights));
        NDArray entries = DeviceRows.at(whole(parts.get(2)), weights);
        if (groups.isWeighted()) {
            entries = entries.mul(parts.get(3).reshape(-1, 1));
        }
        NDArray pooled = DeviceRows.at(whole(parts.get(4)), sums(entries));
        return input(scope, assembly, pooled.reshape(batch.size(), features, layout.embeddings(), layout.dimension()));
    }

    /** The sum of each feature's entries, group by group. */
    private NDArray sums(NDArray entries) {
        int[] present = groups.groups();
        if (present.length == 1) {
            return sums(entries, present[0]);
        }
        long[] lengths = Arrays.stream(present).mapToLong(groups::entries).toArray();
        NDList parts = JniUtils.split((PtNDArray) entries, lengths, 0);
        NDList sums = new NDList();
        for (int i = 0; i < present.length; i++) {
            sums.add(sums(parts.get(i), present[i]));
        }
        return NDArrays.concat(sums);
    }

    private NDArray sums(NDArray entries, int group) {
        return group == 0
                ? entries
                : entries.reshape(-1, EntryGroups.width(group), width).sum(new int[] {1});
    }

    /**
     * Sends all there is to send as one array. Its parts: places of the distinct rows, those of the missing ones; what {@link
     * EntryGroups} puts, which are three; the missing rows' weights, their accumulators.
     */
    private NDList upload(NDManager scope, MiniBatch batch, Assembly assembly) {
        RowTable table = assembly.table();
        long[] lengths = {
            table.distinct(),
            rows.missing(),
            groups.entries(),
            groups.isWeighted() ? groups.entries() : 0,
            (long) batch.size() * features,
            (long) rows.missing() * width,
            (long) rows.missing() * layout.embeddings()
        };
        upload.resize(Math.toIntExact(Arrays.stream(lengths).sum()));
        FloatBuffer floats = upload.floats().clear();
        for (int row = 0; row < table.distinct(); row++) {
            floats.put(rows.place(row));
        }
        for (int i = 0; i < rows.missing(); i++) {
            floats.put(rows.place(rows.missing(i)));
        }
        groups.put(batch, assembly, floats);
        for (int i = 0; i < rows.missing(); i++) {
            floats.put(table.rows(), rows.missing(i) * layout.stride(), width);
        }
        for (int i = 0; i < rows.missing(); i++) {
            floats.put(table.rows(), rows.missing(i) * layout.stride() + width, layout.embeddings());
        }
        NDArray all = upload.array(scope, new Shape(floats.position()));
        return JniUtils.split((PtNDArray) all, lengths, 0);
    }

    /**
     * The network's input.
     *
     * @param pooled {@code [batch, features, embeddings, dimension]}
     */
    private Network.Input input(NDManager scope, Assembly assembly, NDArray pooled) {
        long samples = pooled.getShape().get(0);
        long[] kinds = layout.prior() ? new long[] {layout.sets(), 1} : new long[] {layout.sets()};
        NDList split = JniUtils.split((PtNDArray) pooled, kinds, 2);
        NDArray embeddings = split.get(0).transpose(2, 0, 1, 3).reshape(layout.sets(), samples, -1);
        Optional<NDArray> prior = Optional.empty();
        if (layout.prior()) {
            NDArray byFeature = split.get(1).transpose(1, 0, 2, 3).reshape(features, -1);
            NDArray ofPrior = DeviceRows.at(priorFeatures, byFeature);
            ofPrior.attach(scope);
            prior = Optional.of(ofPrior.reshape(-1, samples, layout.dimension())
                    .transpose(1, 0, 2)
                    .reshape(samples, -1));
        }
        return new Network.Input(embeddings, prior, assembly.domains(), assembly.counts());
    }

    private static NDArray whole(NDArray floats) {
        return floats.toType(DataType.INT64, false);
    }

    @Override
    public double takeGradients(MiniBatch batch, Assembly assembly, Network.Input input) {
        NDArray values =
                step.orElseThrow().weights().getGradient().reshape(-1, layout.embeddings(), layout.dimension());
        NDArray squares = values.square().sum(new int[] {2});
        gradients = Optional.of(new Gradients(values, squares));
        return squares.sum().getFloat();
    }

    @Override
    public void learn(float scale) {
        Step learned = step.orElseThrow();
        NDArray values = gradients.orElseThrow().values();
        NDArray squares = gradients.orElseThrow().squares();
        if (scale != 1f) {
            values = values.mul(scale);
            squares = squares.mul(scale * scale);
        }
        NDArray sums = DeviceRows.at(learned.places(), rows.accumulators()).add(squares.mul(meanOfDimension));
        NDArray steps = values.mul(learningRate).div(sums.sqrt().expandDims(2));
        rows.set(learned.places(), learned.weights().stopGradient().sub(steps.reshape(-1, width)), sums);
        step = Optional.empty();
        gradients = Optional.empty();
    }

    @Override
    public void finish(Assembly assembly, float scale) {}

    @Override
    public void store(RowTable table) {
        rows.store(table);
    }

    @Override
    public EmbeddingStore rows() {
        return rows;
    }

    @Override
    public void writeBack() {
        rows.writeBack();
    }

    @Override
    public long misses() {
        return rows.misses();
    }
}
