package io.caiman.jobs.metrics;

import io.caiman.model.embedding.RowKeys;
import org.jspecify.annotations.Nullable;

/**
 * The scores of every user of a bucket in every task of every model, by open addressing of 64-bit hashes, which stand for their
 * users and tasks as the users' numbers do for their names. Users without scores go when the table is rebuilt.
 */
final class UserTable {

    private static final int SMALLEST = 1 << 6;
    private static final long EMPTY = 0;

    private long[] hashes = new long[SMALLEST];
    private @Nullable UserScores[] slots = new UserScores[SMALLEST];
    private int used;

    /**
     * Makes room for so many more users and tasks. Users without scores go, so none may be held that is still to get its
     * first.
     */
    void makeRoom(int more) {
        if (2L * (used + more) > slots.length) {
            rebuild(size() + more);
        }
    }

    /** The scores of a user in a task; none yet for a new one, for which there must be room. */
    UserScores get(long user, TaskGains task) {
        long hash = hash(user, task);
        int slot = slotOf(hash);
        UserScores found = slots[slot];
        if (found == null) {
            found = new UserScores(user, task);
            hashes[slot] = hash;
            slots[slot] = found;
            used++;
        }
        return found;
    }

    /** Number of users with scores, each in each of their tasks. */
    int size() {
        int size = 0;
        for (UserScores scores : slots) {
            size += scores != null && scores.size() > 0 ? 1 : 0;
        }
        return size;
    }

    /** Slots, used or not. */
    int slots() {
        return slots.length;
    }

    private void rebuild(int users) {
        @Nullable UserScores[] before = slots;
        int length = Integer.highestOneBit(Math.max(SMALLEST, 2 * users)) * 2;
        slots = new UserScores[length];
        hashes = new long[length];
        used = 0;
        for (UserScores scores : before) {
            if (scores != null && scores.size() > 0) {
                long hash = hash(scores.user(), scores.task());
                int slot = slotOf(hash);
                hashes[slot] = hash;
                slots[slot] = scores;
                used++;
            }
        }
    }

    /** The slot that a hash is in or would be. */
    private int slotOf(long hash) {
        int mask = hashes.length - 1;
        int slot = (int) hash & mask;
        for (long there = hashes[slot]; there != hash && there != EMPTY; there = hashes[slot]) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long hash(long user, TaskGains task) {
        long hash = RowKeys.mix(user + RowKeys.mix(task.number()));
        return hash == EMPTY ? 1 : hash;
    }
}
