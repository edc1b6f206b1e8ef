package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/**
 * The tables of a model's rows.
 *
 * @param features rows of features' ids, laid out by {@link RowLayout}, first filled by {@link RowInitializer}
 * @param crosses rows of pairs of ids of crossed features, first filled by {@link CrossInitializer}
 * @param candidates counts of ids that have no row of their own yet, first filled by {@link CandidateInitializer}
 */
public record ModelRows(EmbeddingStore features, EmbeddingStore crosses, EmbeddingStore candidates) {

    /** Tables on the heap. */
    public static ModelRows inMemory(ModelSpec spec) {
        int features = spec.features().size();
        return new ModelRows(
                new InMemoryEmbeddingStore(new RowInitializer(spec), features),
                new InMemoryEmbeddingStore(new CrossInitializer(spec), crossKinds(spec)),
                new InMemoryEmbeddingStore(new CandidateInitializer(), features));
    }

    /** How many kinds of crosses the model has, at least 1. */
    public static int crossKinds(ModelSpec spec) {
        return Math.max(1, spec.wide().crosses().pairs().size());
    }
}
