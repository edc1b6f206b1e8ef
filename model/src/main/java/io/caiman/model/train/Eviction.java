package io.caiman.model.train;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.spec.EvictionSpec;
import io.caiman.model.train.Evicted.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives up rows of one table by {@link EvictionSpec}. After every step each shard that holds more than its part of the
 * budget is swept, and one further shard in turn if its last sweep was on an earlier day of event time. What a sweep
 * does depends on rows, census, step and day alone, all of which are in a checkpoint.
 */
final class Eviction {

    /** What a sweep for the budget leaves of it, so that not every new row asks for the next sweep. */
    private static final double FILLED_AFTER = 0.9;

    private final EvictionSpec spec;
    private final boolean scored;
    private final int stride;
    private final long shardBudget;

    /**
     * @param scored whether low scores alone are a reason; ids that wait for a row have none yet
     * @param stride floats in a row of the table
     */
    Eviction(EvictionSpec spec, boolean scored, int stride) {
        this.spec = spec;
        this.scored = scored;
        this.stride = stride;
        this.shardBudget = Math.max(1, (spec.rowBudget() + RowShards.COUNT - 1) / RowShards.COUNT);
    }

    /** A row that may be given up. */
    record Row(long key, int feature, Reason reason, double score) {}

    /**
     * Sweeps what is due.
     *
     * @param touched the rows of the step just taken, which stay
     * @param spared keys of further rows that stay
     * @param today latest day of event time that was learned from
     * @return the rows that were given up
     */
    List<Row> sweep(EmbeddingStore store, RowTable touched, long[] spared, long step, int today) {
        List<Row> given = new ArrayList<>();
        if (!spec.active()) {
            return given;
        }
        RowCensus census = store.census();
        int turn = (int) (step % RowShards.COUNT);
        if (census.sweptDay(turn) == RowCensus.NEVER) {
            census.swept(turn, today);
        }
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            if (census.rows(shard) > shardBudget || (shard == turn && census.sweptDay(shard) < today)) {
                sweep(shard, store, touched, spared, today, given);
                census.swept(shard, today);
            }
        }
        return given;
    }

    private void sweep(int shard, EmbeddingStore store, RowTable touched, long[] spared, int today, List<Row> given) {
        List<Row> leaving = new ArrayList<>();
        List<Row> others = new ArrayList<>();
        store.scan(shard, (key, rows, offset) -> {
            if (!touched.contains(key) && !contains(spared, key)) {
                Row row = judge(key, rows, offset + stride - RowStatistics.FLOATS, today);
                (row.reason == Reason.OVER_BUDGET ? others : leaving).add(row);
            }
        });
        long left = store.census().rows(shard) - leaving.size();
        if (left > shardBudget) {
            others.sort(Comparator.comparingDouble(Row::score).thenComparing(Row::key, Long::compareUnsigned));
            long excess = left - (long) (FILLED_AFTER * shardBudget);
            leaving.addAll(others.subList(0, (int) Math.min(excess, others.size())));
        }
        leaving.sort(Comparator.comparing(Row::key, Long::compareUnsigned));
        store.delete(leaving.stream().mapToLong(Row::key).toArray(), leaving.size());
        given.addAll(leaving);
    }

    /** The row with the reason to give it up; that the table is over budget, where there is no other. */
    private Row judge(long key, float[] rows, int statistics, int today) {
        double score =
                RowStatistics.score(rows, statistics, today, spec.showWeight(), spec.clickWeight(), spec.decayPerDay());
        Reason reason = Reason.OVER_BUDGET;
        if (today - RowStatistics.day(rows, statistics) > spec.maxUnseenDays()) {
            reason = Reason.UNSEEN;
        } else if (scored && score < spec.minScore()) {
            reason = Reason.LOW_SCORE;
        }
        return new Row(key, RowStatistics.feature(rows, statistics), reason, score);
    }

    private static boolean contains(long[] keys, long key) {
        for (long candidate : keys) {
            if (candidate == key) {
                return true;
            }
        }
        return false;
    }
}
