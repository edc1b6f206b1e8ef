package io.caiman.model.spec;

/**
 * The embedding tables.
 *
 * @param sets number of embedding sets, M in the paper; each feeds an expert of its own (Sec. 4.1)
 * @param dimension width of one embedding of one feature
 * @param initialScale first weights are uniform in (-initialScale, initialScale)
 */
public record EmbeddingSpec(int sets, int dimension, float initialScale) {

    public EmbeddingSpec {
        Require.within("embedding.sets", sets, 1, 64);
        Require.within("embedding.dimension", dimension, 1, 4096);
        Require.notNegative("embedding.initial-scale", initialScale);
    }
}
