package io.caiman.jobs.leaderboard;

import io.caiman.model.embedding.RowKeys;
import java.util.Optional;

/**
 * What is compared with the baseline.
 *
 * @param model name of the other model
 * @param task what both predict
 * @param domain one domain; empty for all domains together
 */
record Scope(String model, String task, Optional<String> domain) {

    private static final int OVERALL = 17;

    /** Spelled out because state is divided by it: it must be the same in every process and Java version. */
    @Override
    public int hashCode() {
        long names = RowKeys.mix(RowKeys.mix(model.hashCode()) + task.hashCode());
        return Long.hashCode(RowKeys.mix(names + domain.map(String::hashCode).orElse(OVERALL)));
    }
}
