package io.caiman.jobs.leaderboard;

import java.util.Optional;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/**
 * All pairs of the current key so far, in keyed state. What has come since they were last taken lies beside them, so that the
 * large sample is read and written only when it is looked at.
 */
final class AllPairs {

    private final int most;
    private final ValueState<PairsSoFar> taken;
    private final ListState<PairsSoFar> gained;

    AllPairs(RuntimeContext runtime, int most) {
        this.most = most;
        taken = runtime.getState(new ValueStateDescriptor<>("all", PairsSoFarSerializer.INSTANCE));
        gained = runtime.getListState(new ListStateDescriptor<>("gained", PairsSoFarSerializer.INSTANCE));
    }

    void add(PairsSoFar pairs) throws Exception {
        gained.add(pairs);
    }

    /** All pairs so far; empty if there are none that were not taken before. */
    Optional<PairsSoFar> takeIfGained() throws Exception {
        PairsSoFar more = PairsSoFar.NONE;
        for (PairsSoFar pairs : gained.get()) {
            more = more.merge(pairs, most);
        }
        if (more.sample().seen() == 0) {
            return Optional.empty();
        }
        PairsSoFar before = taken.value();
        PairsSoFar all = before == null ? more : before.merge(more, most);
        taken.update(all);
        gained.clear();
        return Optional.of(all);
    }
}
