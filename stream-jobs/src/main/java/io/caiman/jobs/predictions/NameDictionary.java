package io.caiman.jobs.predictions;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The different names of a batch of predictions, numbered in the order in which they came: at most 2^16. */
public final class NameDictionary {

    private static final int EMPTY_SLOT = -1;

    private Names[] names = new Names[4];
    private int size;

    /** Open addressing from names to their places; at least twice as long as there are names. */
    private int[] slots = {};

    /** [slot], the number of the names in it: by which they are told apart without a look at themselves. */
    private long[] numbers = {};

    /** Where a name stands, now if not before. */
    public int placeOf(Names name) {
        if (slots.length < 2 * (size + 1)) {
            slots = new int[Math.max(8, Integer.highestOneBit(size) * 8)];
            numbers = new long[slots.length];
            Arrays.fill(slots, EMPTY_SLOT);
            for (int place = 0; place < size; place++) {
                put(slotOf(names[place].number()), names[place], place);
            }
        }
        int slot = slotOf(name.number());
        if (slots[slot] == EMPTY_SLOT) {
            if (size == names.length) {
                names = Arrays.copyOf(names, 2 * size);
            }
            names[size] = name;
            put(slot, name, size++);
        }
        return slots[slot];
    }

    private void put(int slot, Names name, int place) {
        slots[slot] = place;
        numbers[slot] = name.number();
    }

    /** Number of different names. */
    public int size() {
        return size;
    }

    /** The name at a place. */
    public Names get(int place) {
        return names[place];
    }

    /** Their number, then each without what it shares with the one before. */
    public void write(DataOutputView target) throws IOException {
        target.writeInt(size);
        for (int place = 0; place < size; place++) {
            names[place].write(target, before(place));
        }
    }

    /** What {@link #write} wrote. */
    public static NameDictionary read(DataInputView source) throws IOException {
        NameDictionary dictionary = new NameDictionary();
        int size = source.readInt();
        for (int place = 0; place < size; place++) {
            dictionary.placeOf(Names.read(source, dictionary.before(place)));
        }
        return dictionary;
    }

    private Names before(int place) {
        return place == 0 ? Names.NONE : names[place - 1];
    }

    /** The slot that names of a number are in or would be. */
    private int slotOf(long number) {
        int slot = (int) number & (slots.length - 1);
        while (slots[slot] != EMPTY_SLOT && numbers[slot] != number) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }
}
