package io.caiman.jobs.metrics;

import io.caiman.model.embedding.RowKeys;
import org.jspecify.annotations.Nullable;

/** The scores of every user in every scope, by open addressing. Users without scores go when the table is rebuilt. */
final class UserTable {

    private static final int SMALLEST = 1 << 10;

    /** Hash of what lies in the same slot, so that most misses touch nothing else. */
    private long[] hashes = new long[SMALLEST];

    private @Nullable UserScores[] slots = new UserScores[SMALLEST];
    private int used;

    /** The scores of a user in a scope; none yet for a new one. */
    UserScores get(long user, int scope) {
        long hash = hash(user, scope);
        int slot = (int) hash & (slots.length - 1);
        for (UserScores found = slots[slot]; found != null; found = slots[slot]) {
            if (hashes[slot] == hash && found.user() == user && found.scope() == scope) {
                return found;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        UserScores scores = new UserScores(user, scope);
        slots[slot] = scores;
        hashes[slot] = hash;
        if (++used * 3L > slots.length * 2L) {
            rebuild(scores);
        }
        return scores;
    }

    /** Number of users with scores, each in each of their scopes. */
    int size() {
        int size = 0;
        for (UserScores scores : slots) {
            size += scores != null && scores.size() > 0 ? 1 : 0;
        }
        return size;
    }

    private void rebuild(UserScores justAdded) {
        @Nullable UserScores[] before = slots;
        int length = Integer.highestOneBit(Math.max(SMALLEST, 3 * (size() + 1) - 1)) * 2;
        slots = new UserScores[length];
        hashes = new long[length];
        used = 0;
        for (UserScores scores : before) {
            if (scores != null && (scores.size() > 0 || scores == justAdded)) {
                long hash = hash(scores.user(), scores.scope());
                int slot = (int) hash & (length - 1);
                while (slots[slot] != null) {
                    slot = (slot + 1) & (length - 1);
                }
                slots[slot] = scores;
                hashes[slot] = hash;
                used++;
            }
        }
    }

    private static long hash(long user, int scope) {
        return RowKeys.mix(user + RowKeys.mix(scope));
    }
}
