package io.caiman.model.train;

import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.ModelSpec;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A mini-batch with the rows it needs: which rows those are, the samples' order by domain, and the way from rows to the
 * network's inputs and from the inputs' gradients back to rows. All arrays are reused and only ever grow.
 */
final class Assembly {

    private final RowLayout layout;
    private final int features;
    private final int[] priorOf;
    private final int domainCount;
    private final int inputWidth;
    private final int priorWidth;

    private final RowTable table;
    private float[] gradients = new float[0];
    private float[] squares = new float[0];
    private boolean[] touched = new boolean[0];
    private int[] position = new int[0];
    private int[] domains = new int[0];
    private int[] counts = new int[0];
    private final DirectFloats embeddings = new DirectFloats();
    private final DirectFloats prior = new DirectFloats();
    /** One sample's input, {@code [sets, features * dimension]}, or its gradient. */
    private final float[] input;
    /** One sample's prior, {@code [prior inputs * dimension]}, or its gradient. */
    private final float[] priorInput;

    Assembly(ModelSpec spec, RowLayout layout) {
        this.layout = layout;
        this.features = spec.features().size();
        List<String> priorNames = spec.priorInputs();
        // For each feature its place among the prior features, or -1.
        this.priorOf = spec.features().stream().mapToInt(priorNames::indexOf).toArray();
        this.domainCount = spec.domainRoom();
        this.inputWidth = features * layout.dimension();
        this.priorWidth = priorNames.size() * layout.dimension();
        this.input = new float[layout.sets() * inputWidth];
        this.priorInput = new float[priorWidth];
        this.table = new RowTable(layout.stride());
    }

    /** Orders the samples. */
    void order(MiniBatch batch) {
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
        position = Growing.atLeast(position, batch.size());
        for (int sample = 0; sample < batch.size(); sample++) {
            position[sample] = starts[batch.domain(sample)]++;
        }
    }

    /** Fills the network's inputs: sample by sample through small arrays that stay in the processor's cache, then in long runs. */
    void fill(MiniBatch batch) {
        embeddings.resize(Math.multiplyExact(layout.sets() * inputWidth, batch.size()));
        prior.resize(batch.size() * priorWidth);
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                int start = batch.start(sample, feature);
                int end = batch.end(sample, feature);
                for (int set = 0; set < layout.sets(); set++) {
                    pool(batch, start, end, layout.weights(set), input, inputAt(set, feature));
                }
                if (priorOf[feature] >= 0) {
                    pool(batch, start, end, layout.weights(layout.sets()), priorInput, priorAt(feature));
                }
            }
            for (int set = 0; set < layout.sets(); set++) {
                embeddings.floats().put(embeddingAt(batch, set, sample), input, set * inputWidth, inputWidth);
            }
            prior.floats().put(position[sample] * priorWidth, priorInput, 0, priorWidth);
        }
    }

    /** The sum of a feature's embeddings, each with its share; most features have one id with a share of 1. */
    private void pool(MiniBatch batch, int start, int end, int weights, float[] target, int at) {
        int dimension = layout.dimension();
        float[] rows = table.rows();
        if (end == start + 1 && batch.share(start) == 1f) {
            System.arraycopy(rows, table.row(start) + weights, target, at, dimension);
            return;
        }
        Arrays.fill(target, at, at + dimension, 0f);
        for (int entry = start; entry < end; entry++) {
            int from = table.row(entry) + weights;
            float share = batch.share(entry);
            for (int j = 0; j < dimension; j++) {
                target[at + j] += share * rows[from + j];
            }
        }
    }

    /**
     * Turns the gradients of the network's inputs into {@linkplain #gradients gradients} of rows.
     *
     * @param embeddingGradient laid out as {@link #embeddings()}
     * @param priorGradient laid out as {@link #prior()}
     */
    void rowGradients(MiniBatch batch, FloatBuffer embeddingGradient, FloatBuffer priorGradient) {
        makeRoomForGradients();
        touched = touched.length >= table.distinct() ? touched : new boolean[2 * table.distinct()];
        Arrays.fill(touched, 0, table.distinct(), false);
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int set = 0; set < layout.sets(); set++) {
                embeddingGradient.get(embeddingAt(batch, set, sample), input, set * inputWidth, inputWidth);
            }
            priorGradient.get(position[sample] * priorWidth, priorInput, 0, priorWidth);
            for (int feature = 0; feature < features; feature++) {
                for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                    spread(feature, table.number(entry), batch.share(entry));
                }
            }
        }
        int width = layout.embeddings() * layout.dimension();
        for (int row = 0; row < table.distinct(); row++) {
            // Fetched, but no entry points to it: a default row, or that of an id that has none yet.
            if (!touched[row]) {
                Arrays.fill(gradients, row * width, (row + 1) * width, 0f);
            }
        }
    }

    private void makeRoomForGradients() {
        gradients = Growing.atLeast(gradients, gradientFloats());
        squares = Growing.atLeast(squares, table.distinct() * layout.embeddings());
    }

    /** Floats of the gradients of the batch's rows. */
    int gradientFloats() {
        return table.distinct() * layout.embeddings() * layout.dimension();
    }

    /** Takes over the gradients of a batch's rows, {@link #gradientFloats} of them, which are yet to be fetched. */
    void resume(MiniBatch batch, FloatBuffer stored) {
        table.number(batch.keys(), batch.entries(), RowTable.NO_KEYS);
        makeRoomForGradients();
        if (stored.remaining() != gradientFloats()) {
            throw new IllegalArgumentException(
                    "the stored gradients of a mini-batch are %d floats; this spec's rows take %d: restore with the spec they were made with"
                            .formatted(stored.remaining(), gradientFloats()));
        }
        stored.get(gradients, 0, gradientFloats());
    }

    /** The gradients of the rows, {@code [rows, embeddings, dimension]}. */
    float[] gradients() {
        return gradients;
    }

    /** Room for a number for each gradient's embedding, {@code [rows, embeddings]}: its squared norm. */
    float[] squares() {
        return squares;
    }

    /** Adds a feature's gradients to those of one of its rows, or writes them where there are none yet. */
    private void spread(int feature, int row, float share) {
        int to = row * layout.embeddings() * layout.dimension();
        boolean first = !touched[row];
        touched[row] = true;
        for (int set = 0; set < layout.sets(); set++) {
            spread(first, share, input, inputAt(set, feature), to + layout.weights(set));
        }
        if (priorOf[feature] >= 0) {
            spread(first, share, priorInput, priorAt(feature), to + layout.weights(layout.sets()));
        } else if (first && layout.prior()) {
            int from = to + layout.weights(layout.sets());
            Arrays.fill(gradients, from, from + layout.dimension(), 0f);
        }
    }

    private void spread(boolean first, float share, float[] source, int from, int to) {
        int dimension = layout.dimension();
        float[] sums = gradients;
        if (first && share == 1f) {
            System.arraycopy(source, from, sums, to, dimension);
        } else if (first) {
            for (int j = 0; j < dimension; j++) {
                sums[to + j] = share * source[from + j];
            }
        } else {
            for (int j = 0; j < dimension; j++) {
                sums[to + j] += share * source[from + j];
            }
        }
    }

    /** Where a feature of the sample at hand stands in {@link #input}. */
    private int inputAt(int set, int feature) {
        return set * inputWidth + feature * layout.dimension();
    }

    /** Where a prior feature of the sample at hand stands in {@link #priorInput}. */
    private int priorAt(int feature) {
        return priorOf[feature] * layout.dimension();
    }

    private int embeddingAt(MiniBatch batch, int set, int sample) {
        return (set * batch.size() + position[sample]) * inputWidth;
    }

    /** The network's input {@code [sets, batch, features * dimension]}, samples by domain. */
    DirectFloats embeddings() {
        return embeddings;
    }

    /** The gates' input {@code [batch, prior inputs * dimension]}, samples by domain. */
    DirectFloats prior() {
        return prior;
    }

    /** The batch's rows, one entry of the table for each entry of the batch. */
    RowTable table() {
        return table;
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
}
