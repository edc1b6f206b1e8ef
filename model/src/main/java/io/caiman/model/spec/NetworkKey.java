package io.caiman.model.spec;

import com.fasterxml.jackson.core.JsonPointer;

/** A key of a spec that some networks read and others do not. */
public enum NetworkKey {
    EMBEDDING_SETS("embedding.sets"),
    EMBEDDING_DIMENSION("embedding.dimension"),
    PRIOR_FEATURES("prior-features"),
    EXPERT_COUNT("experts.count"),
    EXPERT_LAYERS("experts.layers"),
    GATE("gate"),
    LAYERS("layers"),
    TOWERS("towers"),
    OPTIONS("options"),
    DISENTANGLING("loss.disentangling"),
    DISENTANGLING_WEIGHT("loss.disentangling-weight"),
    NORMALIZATION("loss.normalization"),
    SAMPLED_ROWS("loss.sampled-rows");

    private final String path;

    NetworkKey(String path) {
        this.path = path;
    }

    /** The key as a spec says it, a dot before what stands inside another. */
    public String path() {
        return path;
    }

    /** Where it stands in a spec's tree. */
    JsonPointer pointer() {
        return JsonPointer.compile("/" + path.replace('.', '/'));
    }
}
