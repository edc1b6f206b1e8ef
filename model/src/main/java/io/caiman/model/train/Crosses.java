package io.caiman.model.train;

import io.caiman.model.embedding.CrossLayout;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;
import java.util.List;

/**
 * The crosses of a mini-batch: for each sample and pair of crossed features an entry for each pair of their ids. The
 * shares of one pair of features are the products of the ids' own, scaled to a Euclidean length of 1, so that a movie
 * of five genres teaches a user's taste as much as a movie of one.
 */
final class Crosses {

    private final int[] firsts;
    private final int[] seconds;
    private final RowTable table;
    private int[] ends = new int[0];
    private long[] keys = new long[0];
    private float[] shares = new float[0];
    private int[] kinds = new int[0];
    private int entries;

    Crosses(ModelSpec spec) {
        List<List<String>> pairs = spec.wide().crosses().pairs();
        this.firsts = pairs.stream()
                .mapToInt(pair -> spec.features().indexOf(pair.get(0)))
                .toArray();
        this.seconds = pairs.stream()
                .mapToInt(pair -> spec.features().indexOf(pair.get(1)))
                .toArray();
        this.table = new RowTable(CrossLayout.of(spec).stride());
    }

    /**
     * Finds the batch's pairs of ids and fetches their rows.
     *
     * @param ids the batch's rows: ids that share a default row share their crosses too
     */
    void load(MiniBatch batch, RowTable ids, EmbeddingStore store) {
        ends = Growing.atLeast(ends, batch.size());
        entries = 0;
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int cross = 0; cross < firsts.length; cross++) {
                cross(batch, ids, sample, cross);
            }
            ends[sample] = entries;
        }
        table.load(keys, entries, store);
    }

    private void cross(MiniBatch batch, RowTable ids, int sample, int cross) {
        int first = firsts[cross];
        int second = seconds[cross];
        int from = entries;
        float squares = 0f;
        for (int i = batch.start(sample, first); i < batch.end(sample, first); i++) {
            for (int j = batch.start(sample, second); j < batch.end(sample, second); j++) {
                if (entries == keys.length) {
                    keys = Arrays.copyOf(keys, Math.max(1024, 2 * entries));
                    shares = Arrays.copyOf(shares, keys.length);
                    kinds = Arrays.copyOf(kinds, keys.length);
                }
                float share = batch.share(i) * batch.share(j);
                keys[entries] = RowKeys.cross(ids.key(i), ids.key(j));
                kinds[entries] = cross;
                shares[entries++] = share;
                squares += share * share;
            }
        }
        float length = (float) Math.sqrt(squares);
        for (int entry = from; entry < entries && length > 0; entry++) {
            shares[entry] /= length;
        }
    }

    /** Puts the rows back. */
    void store(EmbeddingStore store) {
        table.store(store);
    }

    /** First entry of a sample. */
    int start(int sample) {
        return sample == 0 ? 0 : ends[sample - 1];
    }

    /** One past the last entry of a sample. */
    int end(int sample) {
        return ends[sample];
    }

    float share(int entry) {
        return shares[entry];
    }

    /** Place of an entry's pair of features in the spec. */
    int kind(int entry) {
        return kinds[entry];
    }

    /** The rows, one entry of the table for each entry here. */
    RowTable table() {
        return table;
    }
}
