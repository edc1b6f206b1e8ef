package io.caiman.model.spec;

import java.util.List;

/**
 * The experts.
 *
 * @param count number of experts, M in the paper
 * @param layers widths of each expert MLP's layers, ReLU after each (Eq. 4)
 */
public record ExpertsSpec(int count, List<Integer> layers) {

    public ExpertsSpec {
        Require.within("experts.count", count, 1, 64);
        layers = Require.widths("experts.layers", layers);
        Require.that(!layers.isEmpty(), "experts.layers", layers, "at least one layer width");
    }

    /** Width of an expert's output, d in the paper. */
    public int outputWidth() {
        return layers.get(layers.size() - 1);
    }
}
