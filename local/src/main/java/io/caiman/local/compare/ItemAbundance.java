package io.caiman.local.compare;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.evaluation.SingularSpectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Information Abundance of a model's item embeddings (Crocodile, Sec. 3.1), over the items it learned from.
 *
 * @param sets of each embedding set
 * @param groups of the items of each frequency group, the rarest first, as the mean over the sets (Fig. 2)
 */
record ItemAbundance(List<OptionalDouble> sets, List<OptionalDouble> groups) {

    /** Of a model that knows no items. */
    static final ItemAbundance NONE = new ItemAbundance(List.of(), List.of());

    private static final int BLOCK = 1 << 12;

    /**
     * Of the first so many embedding sets of a table's rows.
     *
     * @param sets those in use
     */
    static ItemAbundance of(EmbeddingStore store, RowLayout layout, int sets, RankedItems items) {
        float[][] embeddings = embeddings(store, layout, sets, items.keys());
        int count = items.size();
        List<OptionalDouble> bySet = new ArrayList<>();
        for (float[] set : embeddings) {
            bySet.add(abundance(set, 0, count, layout.dimension()));
        }
        List<OptionalDouble> groups = new ArrayList<>();
        for (int group = 0; group < RankedItems.GROUPS; group++) {
            List<OptionalDouble> ofSets = new ArrayList<>();
            for (float[] set : embeddings) {
                ofSets.add(abundance(set, items.start(group), items.start(group + 1), layout.dimension()));
            }
            groups.add(mean(ofSets));
        }
        return new ItemAbundance(bySet, groups);
    }

    /** The mean over the sets; empty where one is undefined. */
    OptionalDouble mean() {
        return mean(sets);
    }

    private static OptionalDouble mean(List<OptionalDouble> values) {
        return values.stream().allMatch(OptionalDouble::isPresent)
                ? values.stream().mapToDouble(OptionalDouble::getAsDouble).average()
                : OptionalDouble.empty();
    }

    /** {@code [sets][items * dimension]}. */
    private static float[][] embeddings(EmbeddingStore store, RowLayout layout, int sets, long[] keys) {
        int dimension = layout.dimension();
        float[][] embeddings = new float[sets][Math.multiplyExact(keys.length, dimension)];
        float[] rows = new float[BLOCK * layout.stride()];
        for (int from = 0; from < keys.length; from += BLOCK) {
            int count = Math.min(BLOCK, keys.length - from);
            store.gather(Arrays.copyOfRange(keys, from, from + count), count, rows);
            for (int row = 0; row < count; row++) {
                for (int set = 0; set < sets; set++) {
                    System.arraycopy(
                            rows,
                            row * layout.stride() + layout.weights(set),
                            embeddings[set],
                            (from + row) * dimension,
                            dimension);
                }
            }
        }
        return embeddings;
    }

    private static OptionalDouble abundance(float[] embeddings, int from, int to, int dimension) {
        return SingularSpectrum.of(
                        Arrays.copyOfRange(embeddings, from * dimension, to * dimension), to - from, dimension)
                .map(spectrum -> OptionalDouble.of(spectrum.informationAbundance()))
                .orElse(OptionalDouble.empty());
    }
}
