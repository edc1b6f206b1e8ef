package io.caiman.model.train;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowLayout;
import java.util.Arrays;

/**
 * A mini-batch with the rows it needs: which rows those are, the samples' order by domain, and the way from rows to the
 * network's inputs and from the inputs' gradients back to rows. All arrays are reused and only ever grow.
 */
final class Assembly {

    private final RowLayout layout;
    private final int features;
    private final int[] priorOf;
    private final int priorFeatures;

    private final KeyIndex index = new KeyIndex(1024);
    private int[] rowOf = new int[0];
    private float[] rows = new float[0];
    private float[] gradients = new float[0];
    private int[] position = new int[0];
    private int[] domains = new int[0];
    private int[] counts = new int[0];
    private float[] embeddings = new float[0];
    private float[] prior = new float[0];

    /**
     * @param features number of features
     * @param priorOf for each feature, its place among the prior features, or -1
     */
    Assembly(RowLayout layout, int features, int[] priorOf) {
        this.layout = layout;
        this.features = features;
        this.priorOf = priorOf.clone();
        this.priorFeatures = (int) Arrays.stream(priorOf).filter(at -> at >= 0).count();
    }

    /** Finds the batch's distinct rows, fetches them and orders the samples. */
    void load(MiniBatch batch, EmbeddingStore store, int domainCount) {
        index.clear();
        rowOf = atLeast(rowOf, batch.entries());
        for (int entry = 0; entry < batch.entries(); entry++) {
            rowOf[entry] = index.add(batch.key(entry));
        }
        rows = atLeast(rows, index.size() * layout.stride());
        store.gather(index.keys(), index.size(), rows);
        order(batch, domainCount);
        fill(batch);
    }

    /** Puts the rows back. */
    void store(EmbeddingStore store) {
        store.scatter(index.keys(), index.size(), rows);
    }

    private void order(MiniBatch batch, int domainCount) {
        int[] starts = new int[domainCount + 1];
        for (int sample = 0; sample < batch.size(); sample++) {
            starts[batch.domain(sample) + 1]++;
        }
        int present = 0;
        domains = new int[domainCount];
        counts = new int[domainCount];
        for (int domain = 0; domain < domainCount; domain++) {
            int count = starts[domain + 1];
            if (count > 0) {
                domains[present] = domain;
                counts[present++] = count;
            }
            starts[domain + 1] += starts[domain];
        }
        domains = Arrays.copyOf(domains, present);
        counts = Arrays.copyOf(counts, present);
        position = atLeast(position, batch.size());
        for (int sample = 0; sample < batch.size(); sample++) {
            position[sample] = starts[batch.domain(sample)]++;
        }
    }

    private void fill(MiniBatch batch) {
        int dimension = layout.dimension();
        embeddings = zeros(embeddings, embeddingFloats(batch));
        prior = zeros(prior, priorFloats(batch));
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                    int row = rowOf[entry] * layout.stride();
                    float share = batch.share(entry);
                    for (int set = 0; set < layout.sets(); set++) {
                        int to = embeddingAt(batch, set, sample, feature);
                        int from = row + layout.weights(set);
                        for (int j = 0; j < dimension; j++) {
                            embeddings[to + j] += share * rows[from + j];
                        }
                    }
                    if (priorOf[feature] >= 0) {
                        int to = priorAt(sample, feature);
                        int from = row + layout.weights(layout.sets());
                        for (int j = 0; j < dimension; j++) {
                            prior[to + j] += share * rows[from + j];
                        }
                    }
                }
            }
        }
    }

    /**
     * Turns the gradients of the network's inputs into gradients of rows, {@code [rows, embeddings, dimension]}.
     *
     * @param embeddingGradient laid out as {@link #embeddings()}
     * @param priorGradient laid out as {@link #prior()}
     */
    float[] rowGradients(MiniBatch batch, float[] embeddingGradient, float[] priorGradient) {
        int dimension = layout.dimension();
        gradients = zeros(gradients, index.size() * layout.embeddings() * dimension);
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                    int row = rowOf[entry] * layout.embeddings() * dimension;
                    float share = batch.share(entry);
                    for (int set = 0; set < layout.sets(); set++) {
                        int from = embeddingAt(batch, set, sample, feature);
                        int to = row + set * dimension;
                        for (int j = 0; j < dimension; j++) {
                            gradients[to + j] += share * embeddingGradient[from + j];
                        }
                    }
                    if (priorOf[feature] >= 0) {
                        int from = priorAt(sample, feature);
                        int to = row + layout.sets() * dimension;
                        for (int j = 0; j < dimension; j++) {
                            gradients[to + j] += share * priorGradient[from + j];
                        }
                    }
                }
            }
        }
        return gradients;
    }

    private int embeddingAt(MiniBatch batch, int set, int sample, int feature) {
        return ((set * batch.size() + position[sample]) * features + feature) * layout.dimension();
    }

    private int priorAt(int sample, int feature) {
        return (position[sample] * priorFeatures + priorOf[feature]) * layout.dimension();
    }

    int embeddingFloats(MiniBatch batch) {
        return Math.multiplyExact(layout.sets() * features * layout.dimension(), batch.size());
    }

    int priorFloats(MiniBatch batch) {
        return batch.size() * priorFeatures * layout.dimension();
    }

    /** The network's input {@code [sets, batch, features * dimension]}, samples by domain. */
    float[] embeddings() {
        return embeddings;
    }

    /** The gates' input {@code [batch, prior features * dimension]}, samples by domain. */
    float[] prior() {
        return prior;
    }

    /** Rows of the batch, {@code [distinct rows, stride]}. */
    float[] rows() {
        return rows;
    }

    int distinctRows() {
        return index.size();
    }

    /** Where an entry of the batch has its row in {@link #rows()}, in floats. */
    int row(int entry) {
        return rowOf[entry] * layout.stride();
    }

    /** Where a sample of the batch stands in the order by domain. */
    int position(int sample) {
        return position[sample];
    }

    /** The domains in the batch, ascending. */
    int[] domains() {
        return domains;
    }

    /** Samples of each of {@link #domains()}. */
    int[] counts() {
        return counts;
    }

    private static int[] atLeast(int[] array, int length) {
        return array.length >= length ? array : new int[grown(array.length, length)];
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[grown(array.length, length)];
    }

    private static float[] zeros(float[] array, int length) {
        if (array.length < length) {
            return new float[grown(array.length, length)];
        }
        Arrays.fill(array, 0, length, 0f);
        return array;
    }

    private static int grown(int length, int needed) {
        return Math.max(needed, length + (length >> 1));
    }
}
