package io.caiman.jobs.predictions;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The names of each prediction of a batch: the different ones in the order in which they came, at most 2^16, and for each
 * prediction which it is. They are only told apart when the batch is complete and asked: then one batch is looked at, and not a
 * hundred in turn, of which none would stay in the cache.
 */
public final class NameColumn {

    private static final int EMPTY_SLOT = -1;

    /** [prediction], until they are told apart; empty after that. */
    private Names[] each = new Names[8];

    private int size;
    private Names[] distinct = {};

    /** [prediction], the place of its names among the different ones. */
    private short[] places = {};

    /** Adds the names of the next prediction; none may be added once something was asked. */
    public void add(Names names) {
        if (size == each.length) {
            each = Arrays.copyOf(each, 2 * size);
        }
        each[size++] = names;
    }

    /** Number of predictions. */
    public int size() {
        return size;
    }

    /** Number of different names. */
    public int distinct() {
        tellApart();
        return distinct.length;
    }

    /** The names at a place. */
    public Names get(int place) {
        tellApart();
        return distinct[place];
    }

    /** The place of the i-th prediction's names. */
    public int placeOf(int i) {
        tellApart();
        return Short.toUnsignedInt(places[i]);
    }

    /** The number of different names, then each without what it shares with the one before; then the place of each prediction's. */
    public void write(DataOutputView target) throws IOException {
        tellApart();
        target.writeInt(distinct.length);
        Names before = Names.NONE;
        for (Names names : distinct) {
            names.write(target, before);
            before = names;
        }
        target.writeInt(size);
        for (int i = 0; i < size; i++) {
            target.writeShort(places[i]);
        }
    }

    /** What {@link #write} wrote. */
    public static NameColumn read(DataInputView source) throws IOException {
        NameColumn column = new NameColumn();
        column.distinct = new Names[source.readInt()];
        Names before = Names.NONE;
        for (int place = 0; place < column.distinct.length; place++) {
            before = Names.read(source, before);
            column.distinct[place] = before;
        }
        column.size = source.readInt();
        column.places = new short[column.size];
        for (int i = 0; i < column.size; i++) {
            column.places[i] = source.readShort();
        }
        return column;
    }

    private void tellApart() {
        if (places.length == size) {
            return;
        }
        distinct = new Names[size];
        places = new short[size];
        int count = 0;
        // Open addressing from the number of names to their place; at least twice as long as there are names.
        int[] slots = new int[Integer.highestOneBit(size) * 4];
        Arrays.fill(slots, EMPTY_SLOT);
        for (int i = 0; i < size; i++) {
            Names names = each[i];
            int slot = (int) names.number() & (slots.length - 1);
            while (slots[slot] != EMPTY_SLOT && !distinct[slots[slot]].equals(names)) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == EMPTY_SLOT) {
                slots[slot] = count;
                distinct[count++] = names;
            }
            places[i] = (short) slots[slot];
        }
        distinct = Arrays.copyOf(distinct, count);
        each = new Names[0];
    }
}
