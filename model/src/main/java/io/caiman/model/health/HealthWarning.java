package io.caiman.model.health;

/**
 * Something that looks sick.
 *
 * @param kind what
 * @param detail where, and how far
 */
public record HealthWarning(Kind kind, String detail) {

    /** What may look sick. */
    public enum Kind {
        /** Embeddings span fewer dimensions than they did: their Information Abundance fell. */
        COLLAPSE,
        /** A gate gives all experts the same weight. */
        UNROUTED,
        /** An expert answers 0 to everything. */
        SILENT_EXPERT
    }
}
