package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/**
 * The tables of a model's rows.
 *
 * @param features rows of features' ids, laid out by {@link RowLayout}, first filled by {@link RowInitializer}
 * @param crosses rows of pairs of ids of crossed features, first filled by {@link CrossInitializer}
 */
public record ModelRows(EmbeddingStore features, EmbeddingStore crosses) {

    /** Tables on the heap. */
    public static ModelRows inMemory(ModelSpec spec) {
        return new ModelRows(
                new InMemoryEmbeddingStore(new RowInitializer(spec)),
                new InMemoryEmbeddingStore(new CrossInitializer(spec)));
    }
}
