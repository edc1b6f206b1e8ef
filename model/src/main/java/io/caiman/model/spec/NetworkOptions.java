package io.caiman.model.spec;

/** What only some networks can be told: the key {@code options} of a spec. */
public sealed interface NetworkOptions {

    /**
     * Checks them against the rest of a spec.
     *
     * @throws SpecException if they do not fit
     */
    default void check(ModelSpec spec) {}

    /** Nothing. */
    record None() implements NetworkOptions {}
}
