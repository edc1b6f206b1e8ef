package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowAdaGrad;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.zoo.Network;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Embeddings, with their accumulators, in a device's memory: a mini-batch's rows are gathered, summed up and updated there, by {@link
 * RowAdaGrad}. Up go the places of its rows, and those rows that are not there yet; nothing comes down but a norm. Rows stay as long
 * as there is room; one that was not used since the last look at it then makes room, and goes back to the store if it was
 * changed. Which rows are there never decides what comes out, bit for bit.
 *
 * <p>It rounds otherwise than {@link HostEmbeddings}: sums run in another order. Of a row that is here the store has an older
 * state, until {@link #writeBack}.
 */
final class DeviceEmbeddings implements Embeddings {

    /** Rows that go back to the store at a time. */
    private static final int CHUNK = 1024;

    /** Places cross as floats, which hold every whole number up to this. */
    private static final int MOST_ROWS = 1 << 24;

    private final NDManager manager;
    private final RowLayout layout;
    private final int features;
    private final boolean domainsMayCome;
    private final int width;
    private final int rowFloats;
    private final NDArray learningRate;
    private final NDArray meanOfDimension;
    /** Places of the prior inputs among the features. */
    private final NDArray priorFeatures;

    private final KeyIndex index = new KeyIndex(CHUNK);
    /** {@code [rows, embeddings * dimension]} */
    private NDArray weights;
    /** {@code [rows, embeddings]} */
    private NDArray accumulators;

    private int room;
    /** By place, the latest mini-batch that used its row; 0 if it has none. */
    private long[] used = new long[0];
    /** By place, whether its row was used since the last look at it, and whether the store has an older state of it. */
    private boolean[] recent = new boolean[0];

    private boolean[] changed = new boolean[0];
    private long batches;
    private long misses;
    /** The place to look at next. */
    private int hand;

    private final DirectFloats upload = new DirectFloats();
    private int[] places = new int[0];
    private int[] missing = new int[0];
    private float[] rows = new float[0];
    private Optional<Step> step = Optional.empty();

    /**
     * What a step has on the device.
     *
     * @param places of the distinct rows, {@code [distinct]}
     * @param weights the leaf that gets the gradients, {@code [distinct, embeddings * dimension]}
     * @param accumulators {@code [distinct, embeddings]}
     * @param gradients {@code [distinct, embeddings, dimension]}, after the backward pass
     * @param squares their squared norms, {@code [distinct, embeddings]}
     */
    private record Step(
            NDArray places,
            NDArray weights,
            NDArray accumulators,
            Optional<NDArray> gradients,
            Optional<NDArray> squares) {}

    /**
     * No rows yet.
     *
     * @param manager of the device; to outlive this
     * @param bytes of its memory that rows may take; the rows of one mini-batch are there in any case
     */
    DeviceEmbeddings(NDManager manager, ModelSpec spec, RowLayout layout, long bytes) {
        this.manager = manager;
        this.layout = layout;
        this.features = spec.features().size();
        this.domainsMayCome = spec.maxDomains() > 0;
        this.width = layout.embeddings() * layout.dimension();
        this.rowFloats = width + layout.embeddings();
        this.learningRate = manager.create(spec.rowOptimizer().learningRate());
        this.meanOfDimension = manager.create(1f / layout.dimension());
        this.priorFeatures = manager.create(
                spec.priorInputs().stream().mapToLong(spec.features()::indexOf).toArray());
        this.weights = manager.zeros(new Shape(0, width));
        this.accumulators = manager.zeros(new Shape(0, layout.embeddings()));
        grow((int) Math.max(1, Math.min(MOST_ROWS, bytes / Float.BYTES / rowFloats)));
    }

    private void grow(int target) {
        if (target > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "a mini-batch of %,d rows; expected at most %,d on a GPU: make 'batch.size' smaller"
                            .formatted(target, MOST_ROWS));
        }
        weights = grown(weights, target - room);
        accumulators = grown(accumulators, target - room);
        used = Arrays.copyOf(used, target);
        recent = Arrays.copyOf(recent, target);
        changed = Arrays.copyOf(changed, target);
        room = target;
    }

    private NDArray grown(NDArray before, int more) {
        try (before;
                NDArray added = manager.zeros(new Shape(more, before.getShape().get(1)))) {
            return before.concat(added);
        }
    }

    @Override
    public void makeRoom(RowTable table, EmbeddingStore store) {
        batches++;
        int distinct = table.distinct();
        if (distinct > room) {
            grow(distinct);
        }
        int entering = 0;
        for (int row = 0; row < distinct; row++) {
            int place = index.find(table.keys()[row]);
            if (place < 0) {
                entering++;
            } else {
                used[place] = batches;
                recent[place] = true;
            }
        }
        int leaving = Math.max(0, index.size() + entering - room);
        if (leaving > 0) {
            evict(leaving, store);
        }
    }

    /** Gives up rows that this mini-batch does not use: in turn, any that was not used since its last turn. */
    private void evict(int count, EmbeddingStore store) {
        int[] victims = new int[count];
        int chosen = 0;
        while (chosen < count) {
            int place = hand;
            hand = (hand + 1) % room;
            if (used[place] == 0 || used[place] == batches) {
                continue;
            }
            if (recent[place]) {
                recent[place] = false;
            } else {
                // Not to be chosen twice.
                used[place] = batches;
                victims[chosen++] = place;
            }
        }
        writeBack(victims, store);
        for (int place : victims) {
            remove(place);
        }
    }

    private void remove(int place) {
        index.remove(index.keys()[place]);
        used[place] = 0;
        changed[place] = false;
    }

    @Override
    public void fill(MiniBatch batch, Assembly assembly) {}

    @Override
    public Network.Input input(NDManager scope, MiniBatch batch, Assembly assembly) {
        RowTable table = assembly.table();
        int distinct = table.distinct();
        int most = mostEntries(batch);
        boolean weighted = most != 1 || isWeighted(batch);
        int absent = take(table);
        misses += absent;
        long samples = batch.size();
        int slots = batch.size() * features * most;
        long[] pieces = {
            distinct, absent, slots, weighted ? slots : 0, (long) absent * width, (long) absent * layout.embeddings()
        };
        upload.resize(Math.toIntExact(Arrays.stream(pieces).sum()));
        FloatBuffer floats = upload.floats().clear();
        for (int row = 0; row < distinct; row++) {
            floats.put(places[row]);
        }
        for (int i = 0; i < absent; i++) {
            floats.put(places[missing[i]]);
        }
        putEntries(batch, assembly, most, weighted, floats);
        for (int i = 0; i < absent; i++) {
            floats.put(table.rows(), missing[i] * layout.stride(), width);
        }
        for (int i = 0; i < absent; i++) {
            floats.put(table.rows(), missing[i] * layout.stride() + width, layout.embeddings());
        }
        NDArray whole = upload.array(scope, new Shape(floats.position()));
        NDList parts = JniUtils.split((PtNDArray) whole, pieces, 0);
        if (absent > 0) {
            NDIndex there = new NDIndex("{}", whole(parts.get(1)));
            weights.set(there, parts.get(4).reshape(absent, width));
            accumulators.set(there, parts.get(5).reshape(absent, layout.embeddings()));
        }
        NDArray rowPlaces = whole(parts.get(0));
        NDArray leaf = rowsAt(rowPlaces, weights);
        leaf.setRequiresGradient(true);
        step = Optional.of(
                new Step(rowPlaces, leaf, rowsAt(rowPlaces, accumulators), Optional.empty(), Optional.empty()));

        NDArray entries = rowsAt(whole(parts.get(2)), leaf);
        if (weighted) {
            entries = entries.mul(parts.get(3).reshape(slots, 1))
                    .reshape(samples * features, most, width)
                    .sum(new int[] {1});
        }
        NDArray pooled = entries.reshape(samples, features, layout.embeddings(), layout.dimension());
        long inputWidth = (long) features * layout.dimension();
        if (!layout.prior()) {
            NDArray embeddings = pooled.transpose(2, 0, 1, 3).reshape(layout.sets(), samples, inputWidth);
            return new Network.Input(embeddings, Optional.empty(), assembly.domains(), assembly.counts());
        }
        NDList kinds = JniUtils.split((PtNDArray) pooled, new long[] {layout.sets(), 1}, 2);
        NDArray embeddings = kinds.get(0).transpose(2, 0, 1, 3).reshape(layout.sets(), samples, inputWidth);
        NDArray byFeature = kinds.get(1).transpose(1, 0, 2, 3).reshape(features, samples * layout.dimension());
        NDArray ofPrior = rowsAt(priorFeatures, byFeature);
        ofPrior.attach(scope);
        NDArray prior = ofPrior.reshape(-1, samples, layout.dimension())
                .transpose(1, 0, 2)
                .reshape(samples, -1);
        return new Network.Input(embeddings, Optional.of(prior), assembly.domains(), assembly.counts());
    }

    /** Gives every row of the table a place; leaves in {@link #missing} those whose embeddings are yet to come, and counts them. */
    private int take(RowTable table) {
        places = Growing.atLeast(places, table.distinct());
        missing = Growing.atLeast(missing, table.distinct());
        int absent = 0;
        for (int row = 0; row < table.distinct(); row++) {
            int place = index.add(table.keys()[row]);
            if (used[place] == 0) {
                missing[absent++] = row;
                used[place] = batches;
                recent[place] = true;
            }
            places[row] = place;
        }
        return absent;
    }

    /** Ids of the feature that has most of them, at least 1. */
    private int mostEntries(MiniBatch batch) {
        int most = 1;
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                most = Math.max(most, batch.end(sample, feature) - batch.start(sample, feature));
            }
        }
        return most;
    }

    /** Whether an id counts other than once, or a feature has none. */
    private boolean isWeighted(MiniBatch batch) {
        if (batch.entries() < batch.size() * features) {
            return true;
        }
        for (int entry = 0; entry < batch.entries(); entry++) {
            if (batch.share(entry) != 1f) {
                return true;
            }
        }
        return false;
    }

    /** For each sample, by domain, and feature the numbers of its rows, then, if they are weighted, their shares: those there are not 0. */
    private void putEntries(MiniBatch batch, Assembly assembly, int most, boolean weighted, FloatBuffer target) {
        int slots = batch.size() * features * most;
        int numbersAt = target.position();
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                int at = numbersAt + (assembly.position(sample) * features + feature) * most;
                int start = batch.start(sample, feature);
                int count = batch.end(sample, feature) - start;
                for (int i = 0; i < most; i++) {
                    target.put(at + i, i < count ? assembly.table().number(start + i) : 0);
                    if (weighted) {
                        target.put(at + slots + i, i < count ? batch.share(start + i) : 0f);
                    }
                }
            }
        }
        target.position(numbersAt + (weighted ? 2 : 1) * slots);
    }

    private static NDArray whole(NDArray floats) {
        return floats.toType(DataType.INT64, false);
    }

    /** Rows of a matrix, by their places in it; they belong to the manager of the places. */
    private static NDArray rowsAt(NDArray places, NDArray matrix) {
        return JniUtils.embedding((PtNDArray) places, (PtNDArray) matrix, false);
    }

    @Override
    public double takeGradients(MiniBatch batch, Assembly assembly, Network.Input input) {
        Step at = step.orElseThrow();
        NDArray gradients = at.weights().getGradient().reshape(-1, layout.embeddings(), layout.dimension());
        NDArray squares = gradients.square().sum(new int[] {2});
        step = Optional.of(
                new Step(at.places(), at.weights(), at.accumulators(), Optional.of(gradients), Optional.of(squares)));
        return squares.sum().getFloat();
    }

    @Override
    public void learn(Assembly assembly, float scale) {
        Step at = step.orElseThrow();
        NDArray gradients = at.gradients().orElseThrow();
        NDArray squares = at.squares().orElseThrow();
        if (scale != 1f) {
            gradients = gradients.mul(scale);
            squares = squares.mul(scale * scale);
        }
        NDArray sums = at.accumulators().add(squares.mul(meanOfDimension));
        NDArray steps = gradients.mul(learningRate).div(sums.sqrt().expandDims(2));
        NDIndex there = new NDIndex("{}", at.places());
        weights.set(there, at.weights().stopGradient().sub(steps.reshape(-1, width)));
        accumulators.set(there, sums);
        for (int row = 0; row < assembly.table().distinct(); row++) {
            changed[places[row]] = true;
        }
        step = Optional.empty();
    }

    @Override
    public void finish(Assembly assembly, float scale) {}

    @Override
    public void settle(List<Evicted> evicted, EmbeddingStore store) {
        for (Evicted row : evicted) {
            int place = row.table() == Evicted.Table.FEATURES ? index.find(row.key()) : -1;
            if (place >= 0) {
                remove(place);
            }
        }
        if (domainsMayCome) {
            // A domain that comes starts from rows as the store has them.
            writeBack(store);
            index.clear();
            Arrays.fill(used, 0);
        }
    }

    @Override
    public long misses() {
        return misses;
    }

    @Override
    public void writeBack(EmbeddingStore store) {
        int[] all = new int[index.size()];
        int count = 0;
        for (int place = 0; place < room; place++) {
            if (used[place] != 0) {
                all[count++] = place;
            }
        }
        writeBack(all, store);
    }

    /** Has the store take over those rows at these places that were changed. */
    private void writeBack(int[] of, EmbeddingStore store) {
        int[] older = Arrays.stream(of).filter(place -> changed[place]).toArray();
        for (int from = 0; from < older.length; from += CHUNK) {
            int[] chunk = Arrays.copyOfRange(older, from, Math.min(from + CHUNK, older.length));
            long[] keys =
                    Arrays.stream(chunk).mapToLong(place -> index.keys()[place]).toArray();
            rows = Growing.atLeast(rows, chunk.length * layout.stride());
            store.gather(keys, keys.length, rows);
            download(chunk);
            store.scatter(keys, keys.length, rows);
            for (int place : chunk) {
                changed[place] = false;
            }
        }
    }

    /** Replaces the embeddings and accumulators of {@link #rows} by those at these places. */
    private void download(int[] chunk) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray at = scope.create(Arrays.stream(chunk).asLongStream().toArray());
            FloatBuffer floats = Leaves.floats(rowsAt(at, weights).concat(rowsAt(at, accumulators), 1));
            for (int row = 0; row < chunk.length; row++) {
                floats.get(rows, row * layout.stride(), rowFloats);
            }
        }
    }
}
