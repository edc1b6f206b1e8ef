package io.caiman.model.embedding;

class InMemoryEmbeddingStoreTest extends EmbeddingStoreContract {

    @Override
    protected EmbeddingStore store() {
        return new InMemoryEmbeddingStore(
                new RowInitializer(SPEC), SPEC.features().size());
    }
}
