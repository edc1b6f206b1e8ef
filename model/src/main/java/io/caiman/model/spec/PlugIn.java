package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What of PEPNet (Chang et al. 2023) can be plugged into other networks. */
public enum PlugIn {
    /** Gates of the embeddings, by domain-side features (Eq. 5-6). */
    EPNET,
    /** Gates of each layer of the towers, by user, item and author (Eq. 7-9). */
    PPNET;

    /** What a spec calls it. */
    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its key in a spec, a dot before what stands inside another. */
    public String path() {
        return "plug-ins." + key();
    }
}
