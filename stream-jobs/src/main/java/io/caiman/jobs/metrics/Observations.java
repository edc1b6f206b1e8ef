package io.caiman.jobs.metrics;

import java.util.Arrays;

/**
 * Predictions of the users of one bucket in columns, the names in a dictionary: what travels to the first stage and what it
 * keeps in its state.
 */
final class Observations {

    private static final int EMPTY_SLOT = -1;

    private final int bucket;
    private final Impressions impressions;
    private short[] nameOf;
    private Names[] dictionary = new Names[4];
    private int names;

    /** Open addressing from names to their place in the dictionary; at least twice as long as that. */
    private int[] slots = {};

    Observations(int bucket) {
        this.bucket = bucket;
        this.impressions = new Impressions();
        this.nameOf = new short[8];
    }

    /**
     * Observations from their parts.
     *
     * @param dictionary different names
     * @param nameOf [impression], place of its names in the dictionary
     */
    Observations(int bucket, Names[] dictionary, short[] nameOf, Impressions impressions) {
        this.bucket = bucket;
        this.dictionary = dictionary;
        this.names = dictionary.length;
        this.nameOf = nameOf;
        this.impressions = impressions;
    }

    void add(Names name, long user, long eventTime, long scoredLabel) {
        int size = impressions.size();
        if (size == nameOf.length) {
            nameOf = Arrays.copyOf(nameOf, size + (size >> 1) + 1);
        }
        nameOf[size] = (short) placeOf(name);
        impressions.add(eventTime, user, scoredLabel);
    }

    /** Where a name stands in the dictionary, now if not before; there are at most 2^16. */
    int placeOf(Names name) {
        if (slots.length < 2 * (names + 1)) {
            slots = new int[Math.max(8, Integer.highestOneBit(names) * 8)];
            Arrays.fill(slots, EMPTY_SLOT);
            for (int place = 0; place < names; place++) {
                slots[slotOf(dictionary[place])] = place;
            }
        }
        int slot = slotOf(name);
        if (slots[slot] == EMPTY_SLOT) {
            if (names == dictionary.length) {
                dictionary = Arrays.copyOf(dictionary, 2 * names + 1);
            }
            dictionary[names] = name;
            slots[slot] = names++;
        }
        return slots[slot];
    }

    int bucket() {
        return bucket;
    }

    int size() {
        return impressions.size();
    }

    Impressions impressions() {
        return impressions;
    }

    /** Place of the i-th impression's names in the dictionary. */
    int nameOf(int i) {
        return Short.toUnsignedInt(nameOf[i]);
    }

    /** Number of different names. */
    int names() {
        return names;
    }

    Names name(int place) {
        return dictionary[place];
    }

    /** The latest event time; there must be an impression. */
    long latest() {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < size(); i++) {
            latest = Math.max(latest, impressions.eventTime(i));
        }
        return latest;
    }

    /** The slot that names are in or would be. */
    private int slotOf(Names name) {
        int slot = (int) name.number() & (slots.length - 1);
        while (slots[slot] != EMPTY_SLOT && dictionary[slots[slot]].number() != name.number()) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }
}
