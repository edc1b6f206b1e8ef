package io.caiman.jobs.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.RowShards;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

class ShardKeysTest {

    @Test
    void every_key_group_has_the_one_shard_of_its_number() {
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            assertThat(KeyGroupRangeAssignment.assignToKeyGroup(ShardKeys.of(shard), RowShards.COUNT))
                    .isEqualTo(shard);
        }
    }

    @Test
    void rows_spread_evenly_over_the_shards() {
        int rows = 128_000;
        int[] counts = new int[RowShards.COUNT];
        for (long row = 0; row < rows; row++) {
            counts[RowShards.of(row)]++;
        }

        double expected = (double) rows / RowShards.COUNT;
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare)
                .as("chi-square with 127 degrees of freedom, 99.99th percentile")
                .isLessThan(194);
    }
}
