package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

class RowShardsTest {

    private static final int MAX_PARALLELISM = 128;

    @Test
    void every_key_group_has_the_one_shard_of_its_number() {
        RowShards shards = new RowShards(MAX_PARALLELISM);

        for (int shard = 0; shard < shards.count(); shard++) {
            assertThat(KeyGroupRangeAssignment.assignToKeyGroup(shards.flinkKey(shard), MAX_PARALLELISM))
                    .isEqualTo(shard);
        }
    }

    @Test
    void rows_spread_evenly_over_the_shards() {
        RowShards shards = new RowShards(MAX_PARALLELISM);
        int rows = 128_000;
        int[] counts = new int[MAX_PARALLELISM];
        for (long row = 0; row < rows; row++) {
            counts[shards.shardOf(row)]++;
        }

        double expected = (double) rows / MAX_PARALLELISM;
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare)
                .as("chi-square with 127 degrees of freedom, 99.99th percentile")
                .isLessThan(194);
    }
}
