package io.caiman.jobs.leaderboard;

import java.util.Arrays;

/**
 * The scores that models have given the impressions of a bucket and that may still find partners, in flat arrays by open
 * addressing of 64-bit hashes of impression and task, which stand for these: 32 to 80 bytes each. The scores of one impression
 * and task lie in a chain.
 */
final class WaitingScores {

    /** No score: the end of a chain. */
    static final int NONE = -1;

    private static final int FIRST_ROOM = 32;

    private int size;
    private long[] keys = new long[FIRST_ROOM];
    private long[] eventTimes = new long[FIRST_ROOM];
    private long[] scoredLabels = new long[FIRST_ROOM];
    private int[] models = new int[FIRST_ROOM];
    private int[] next = new int[FIRST_ROOM];

    /** The first score of each chain; at least twice as many slots as scores. */
    private int[] chains = filled(2 * FIRST_ROOM);

    /** Is told of the impressions given up that have scores without partner. */
    @FunctionalInterface
    interface Unpaired {
        void count(int scores);
    }

    int size() {
        return size;
    }

    /** The latest score of an impression and task, or {@link #NONE}. */
    int first(long key) {
        return chains[slotOf(key)];
    }

    /** The score before it of the same impression and task, or {@link #NONE}. */
    int next(int score) {
        return next[score];
    }

    int model(int score) {
        return models[score];
    }

    long scoredLabel(int score) {
        return scoredLabels[score];
    }

    /** The score of a model of an impression and task, or {@link #NONE}. */
    int find(long key, int model) {
        int score = first(key);
        while (score != NONE && models[score] != model) {
            score = next[score];
        }
        return score;
    }

    void add(long key, long eventTime, int model, long scoredLabel) {
        if (size == keys.length) {
            grow();
        }
        int slot = slotOf(key);
        keys[size] = key;
        eventTimes[size] = eventTime;
        scoredLabels[size] = scoredLabel;
        models[size] = model;
        next[size] = chains[slot];
        chains[slot] = size++;
    }

    /**
     * Forgets the impressions of an event time and before.
     *
     * @param partner the model that every other is to be paired with
     */
    void giveUp(long eventTime, int partner, Unpaired unpaired) {
        for (int chain : chains) {
            if (chain != NONE && eventTimes[chain] <= eventTime) {
                int length = 0;
                boolean hasPartner = false;
                for (int score = chain; score != NONE; score = next[score]) {
                    length++;
                    hasPartner |= models[score] == partner;
                }
                if (length == 1 || !hasPartner) {
                    unpaired.count(length);
                }
            }
        }
        int kept = 0;
        for (int score = 0; score < size; score++) {
            if (eventTimes[score] > eventTime) {
                keys[kept] = keys[score];
                eventTimes[kept] = eventTimes[score];
                scoredLabels[kept] = scoredLabels[score];
                models[kept] = models[score];
                kept++;
            }
        }
        size = kept;
        resize(Math.max(FIRST_ROOM, size + (size >> 1)));
    }

    private void grow() {
        resize(size + (size >> 1));
    }

    private void resize(int room) {
        keys = Arrays.copyOf(keys, room);
        eventTimes = Arrays.copyOf(eventTimes, room);
        scoredLabels = Arrays.copyOf(scoredLabels, room);
        models = Arrays.copyOf(models, room);
        next = new int[room];
        chains = filled(Integer.highestOneBit(2 * room - 1) * 2);
        for (int score = 0; score < size; score++) {
            int slot = slotOf(keys[score]);
            next[score] = chains[slot];
            chains[slot] = score;
        }
    }

    /** The slot that the chain of a key is in or would be. */
    private int slotOf(long key) {
        int mask = chains.length - 1;
        int slot = (int) key & mask;
        while (chains[slot] != NONE && keys[chains[slot]] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static int[] filled(int slots) {
        int[] chains = new int[slots];
        Arrays.fill(chains, NONE);
        return chains;
    }
}
