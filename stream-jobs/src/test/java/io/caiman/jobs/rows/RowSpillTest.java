package io.caiman.jobs.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.RowShards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowSpillTest {

    private static final int STRIDE = 3;
    private static final int RECORD_BYTES = Long.BYTES + STRIDE * Float.BYTES;
    private static final int SEGMENTS = 8;

    @TempDir
    Path directory;

    // What is in the spill or has left it, as the test knows it.
    private final Map<Long, float[]> inside = new HashMap<>();
    private final Map<Long, float[]> left = new HashMap<>();
    private final Set<Long> changed = new HashSet<>();

    /** From far fewer rows than it has room for, which all stay, to far more, of which the oldest leave. */
    @ParameterizedTest
    @ValueSource(ints = {50, 500, 700, 5_000})
    void every_row_is_in_the_log_as_it_was_put_there_or_has_left_it(int keys) {
        Random random = new Random(keys);
        try (RowSpill spill = new RowSpill(directory, STRIDE, (long) SEGMENTS * 100 * RECORD_BYTES)) {
            for (int round = 0; round < 2_000; round++) {
                List<Long> coming = new ArrayList<>();
                for (int i = random.nextInt(60); i >= 0; i--) {
                    long key = random.nextInt(keys) * 3L - keys;
                    if (!coming.contains(key)) {
                        coming.add(key);
                    }
                }
                for (long key : coming) {
                    take(spill, key);
                }
                int room = spill.makeRoom(coming.size(), locations -> leave(spill, locations));
                assertThat(room).isEqualTo(coming.size());
                for (long key : coming) {
                    put(spill, key, random);
                }
                spill.commit();
                if (round % 100 == 0) {
                    assertSame(spill, keys);
                    assertDirtyByShard(spill);
                }
                if (round % 300 == 0) {
                    flush(spill);
                }
            }
            assertSame(spill, keys);
            if (keys <= 500) {
                assertThat(left).as("rows that fit stay").isEmpty();
            } else {
                assertThat(spill.size()).isGreaterThan(SEGMENTS * 100 / 2);
            }
        }
    }

    private void take(RowSpill spill, long key) {
        int location = spill.find(key);
        assertThat(location >= 0).isEqualTo(inside.containsKey(key));
        if (location >= 0) {
            assertThat(spill.remove(key, location)).isEqualTo(changed.remove(key));
            inside.remove(key);
        }
        left.remove(key);
    }

    private void put(RowSpill spill, long key, Random random) {
        float[] row = {0, random.nextFloat(), random.nextFloat(), key};
        boolean dirty = random.nextBoolean();
        spill.write(spill.reserve(key, dirty), key, row, 1);
        inside.put(key, new float[] {row[1], row[2], row[3]});
        if (dirty) {
            changed.add(key);
        }
    }

    private void leave(RowSpill spill, int[] locations) {
        for (int location : locations) {
            long key = spill.key(location);
            float[] row = new float[STRIDE];
            spill.read(location, row, 0);
            assertThat(row).containsExactly(Objects.requireNonNull(inside.remove(key)));
            assertThat(spill.isDirty(location)).isEqualTo(changed.remove(key));
            left.put(key, row);
        }
    }

    private void flush(RowSpill spill) {
        Set<Long> flushed = new HashSet<>();
        for (int location : spill.dirtyLocations()) {
            flushed.add(spill.key(location));
            spill.markClean(location);
        }
        assertThat(flushed).isEqualTo(changed);
        changed.clear();
    }

    private void assertDirtyByShard(RowSpill spill) {
        Set<Long> dirty = new HashSet<>();
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            for (int location : spill.dirtyLocations(shard)) {
                assertThat(RowShards.of(spill.key(location))).isEqualTo(shard);
                dirty.add(spill.key(location));
            }
        }
        assertThat(dirty).isEqualTo(changed);
    }

    private void assertSame(RowSpill spill, int keys) {
        assertThat(spill.size()).isEqualTo(inside.size());
        assertThat(spill.dirtyRows()).isEqualTo(changed.size());
        float[] row = new float[STRIDE];
        for (int i = 0; i < keys; i++) {
            long key = i * 3L - keys;
            int location = spill.find(key);
            float[] expected = inside.get(key);
            if (expected == null) {
                assertThat(location).isEqualTo(-1);
            } else {
                spill.read(location, row, 0);
                assertThat(row).containsExactly(expected);
            }
        }
    }

    @Test
    void more_than_half_of_it_at_once_does_not_come() {
        try (RowSpill spill = new RowSpill(directory, STRIDE, SEGMENTS * 10 * RECORD_BYTES)) {
            assertThat(spill.makeRoom(1_000, locations -> {})).isEqualTo(40);
        }
    }

    @Test
    void without_room_for_a_row_in_each_segment_it_holds_none() {
        try (RowSpill spill = new RowSpill(directory, STRIDE, RECORD_BYTES)) {
            assertThat(spill.makeRoom(10, locations -> {})).isZero();
            assertThat(spill.find(1)).isEqualTo(-1);
        }
    }

    @Test
    void its_files_are_gone_from_the_directory_while_it_uses_them() throws Exception {
        try (RowSpill spill = new RowSpill(directory, STRIDE, SEGMENTS * 10 * RECORD_BYTES)) {
            assertThat(spill.bytes()).isZero();
            spill.makeRoom(1, locations -> {});
            spill.write(spill.reserve(7, true), 7, new float[STRIDE], 0);
            spill.commit();
            assertThat(spill.bytes()).isEqualTo(10L * RECORD_BYTES);
            try (var files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
