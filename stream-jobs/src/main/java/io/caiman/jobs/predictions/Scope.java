package io.caiman.jobs.predictions;

import java.util.Optional;

/**
 * What a figure is about.
 *
 * @param model name of the model
 * @param task what it predicts
 * @param domain one domain; empty for all domains together
 */
public record Scope(String model, String task, Optional<String> domain) {

    /** Of a model on one domain. */
    public static Scope ofDomain(String model, String task, String domain) {
        return new Scope(model, task, Optional.of(domain));
    }

    /** Of a model over all domains. */
    public static Scope overall(String model, String task) {
        return new Scope(model, task, Optional.empty());
    }

    /** Whether it is about all domains together. */
    public boolean isOverall() {
        return domain.isEmpty();
    }

    /**
     * Spelled out because state is divided by it: it must be the same in every process and Java version. Mixed because
     * names that are counted up (d1, d2 and u1, u2) would otherwise collide by the thousands.
     */
    @Override
    public int hashCode() {
        int overall = 17;
        return mixed(mixed(model.hashCode()) + task.hashCode())
                + domain.map(String::hashCode).orElse(overall);
    }

    /** A bijection that lets every bit influence every other (the finalizer of MurmurHash3). */
    static int mixed(int hash) {
        int h = hash;
        h = (h ^ h >>> 16) * 0x85EBCA6B;
        h = (h ^ h >>> 13) * 0xC2B2AE35;
        return h ^ h >>> 16;
    }
}
