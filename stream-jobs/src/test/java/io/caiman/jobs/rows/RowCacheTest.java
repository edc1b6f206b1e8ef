package io.caiman.jobs.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.RowKeys;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowCacheTest {

    private static final int ROWS = 20_000;
    private static final int CAPACITY = ROWS / 10;

    private static final double[] CUMULATED = new double[ROWS];

    static {
        double sum = 0;
        for (int rank = 0; rank < ROWS; rank++) {
            sum += 1.0 / (rank + 1);
            CUMULATED[rank] = sum;
        }
    }

    /** What a cache that knows all frequencies beforehand would have, of single draws. */
    private static final double BEST = harmonic(CAPACITY) / harmonic(ROWS);

    @Test
    void rows_seen_often_stay_where_ids_follow_zipf_s_law() {
        RowCache cache = new RowCache(1, CAPACITY);
        SplittableRandom random = new SplittableRandom(3);
        int hits = 0;
        int draws = 200_000;
        for (int draw = 0; draw < 2 * draws; draw++) {
            boolean hit = see(cache, RowKeys.mix(zipf(random)));
            hits += hit && draw >= draws ? 1 : 0;
        }
        double rate = (double) hits / draws;
        assertThat(rate).as("of at most %.3f", BEST).isBetween(BEST - 0.04, BEST);
        assertThat(cache.size()).isEqualTo(CAPACITY);
    }

    @Test
    void a_scan_of_rows_seen_once_does_not_drive_out_those_seen_often() {
        RowCache cache = new RowCache(1, CAPACITY);
        int often = CAPACITY / 2;
        for (int round = 0; round < 3; round++) {
            for (long key = 0; key < often; key++) {
                see(cache, key);
            }
        }
        for (long key = 0; key < 10L * CAPACITY; key++) {
            see(cache, 1_000_000 + key);
        }
        int left = 0;
        for (long key = 0; key < often; key++) {
            left += cache.find(key) >= 0 ? 1 : 0;
        }
        assertThat(left).isGreaterThan(often * 9 / 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 1_000, 3_000})
    void a_row_that_comes_back_soon_after_it_left_outlives_rows_seen_once(int capacity) {
        RowCache cache = new RowCache(1, capacity);
        for (long key = 0; key <= capacity; key++) {
            see(cache, key);
        }
        assertThat(see(cache, 0)).as("there when it comes back").isFalse();
        for (long key = 0; key < 2L * capacity; key++) {
            see(cache, 1_000_000 + key);
        }
        assertThat(cache.find(0)).isNotNegative();
        assertThat(cache.find(1_000_000)).isNegative();
    }

    @Test
    void rows_that_leave_are_there_once_and_not_the_batch_s_however_much_of_the_cache_that_has() {
        SplittableRandom random = new SplittableRandom(5);
        for (int capacity = 1; capacity <= 24; capacity++) {
            RowCache cache = new RowCache(1, capacity);
            for (int batch = 0; batch < 500; batch++) {
                cache.startBatch();
                long[] keys = random.longs(1 + random.nextInt(capacity), 0, 2L * capacity)
                        .distinct()
                        .toArray();
                long[] missing =
                        Arrays.stream(keys).filter(key -> cache.use(key) < 0).toArray();
                int[] leaving = cache.chooseVictims(missing.length, keys.length - missing.length);
                assertThat(leaving).doesNotHaveDuplicates();
                for (int slot : leaving) {
                    assertThat(cache.isPinned(slot)).isFalse();
                    assertThat(cache.find(cache.key(slot))).isEqualTo(slot);
                }
                for (int slot : leaving) {
                    cache.remove(slot);
                }
                for (long key : missing) {
                    cache.add(key, false);
                }
                assertThat(cache.size()).isLessThanOrEqualTo(capacity);
            }
        }
    }

    @Test
    void rows_of_a_batch_that_is_larger_than_the_cache_all_stay_until_it_is_over() {
        RowCache cache = new RowCache(1, 4);
        cache.startBatch();
        for (long key = 0; key < 100; key++) {
            assertThat(cache.chooseVictims(1, (int) key)).isEmpty();
            cache.put(cache.add(key, false), new float[] {(float) key}, 0);
        }
        for (long key = 0; key < 100; key++) {
            int slot = cache.find(key);
            assertThat(cache.chunk(slot)[cache.offset(slot)]).isEqualTo((float) key);
        }

        cache.startBatch();
        for (int slot : cache.chooseVictims(1, 0)) {
            cache.remove(slot);
        }
        assertThat(cache.size()).isEqualTo(3);
    }

    /** Whether the row was there; now it is. */
    private static boolean see(RowCache cache, long key) {
        cache.startBatch();
        if (cache.use(key) >= 0) {
            return true;
        }
        for (int slot : cache.chooseVictims(1, 0)) {
            cache.remove(slot);
        }
        cache.add(key, false);
        return false;
    }

    /** A rank, from 0, with probability in proportion to 1 / (rank + 1). */
    private static long zipf(SplittableRandom random) {
        int at = Arrays.binarySearch(CUMULATED, random.nextDouble() * CUMULATED[ROWS - 1]);
        return at < 0 ? -at - 1 : at;
    }

    private static double harmonic(int n) {
        double sum = 0;
        for (int i = 1; i <= n; i++) {
            sum += 1.0 / i;
        }
        return sum;
    }
}
