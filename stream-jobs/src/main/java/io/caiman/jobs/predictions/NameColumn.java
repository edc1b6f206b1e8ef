package io.caiman.jobs.predictions;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The names of each prediction of a batch: the different ones in the order in which they came, at most 2^16, and for each
 * prediction which it is. They are only told apart when the batch is complete and asked: then one batch is looked at, and not a
 * hundred in turn, of which none would stay in the cache. For the same reason they are copied, one behind the other.
 */
public final class NameColumn {

    private static final int EMPTY_SLOT = -1;

    /** [name, 3]: where its bytes begin, and how many of them are before the task and the domain. */
    private static final int PARTS = 3;

    private static final int TASK = 1;
    private static final int DOMAIN = 2;

    /** Of each prediction, until they are told apart; then the different ones. */
    private int names;

    private byte[] utf8 = new byte[128];

    /** Those of the name behind the last one begin where the next one will. */
    private int[] parts = new int[8 * PARTS];

    private long[] numbers = new long[8];

    private int size;

    /** [prediction], the place of its names among the different ones. */
    private short[] places = {};

    /** Adds the names of the next prediction; none may be added once something was asked. */
    public void add(Names added) {
        append(added);
        size++;
    }

    /** Number of predictions. */
    public int size() {
        return size;
    }

    /** Number of different names. */
    public int distinct() {
        tellApart();
        return names;
    }

    /** The {@link Names#number} of those at a place. */
    public long number(int place) {
        tellApart();
        return numbers[place];
    }

    /** The names at a place. */
    public Names get(int place) {
        tellApart();
        int at = place * PARTS;
        return new Names(Arrays.copyOfRange(utf8, parts[at], parts[at + PARTS]), parts[at + TASK], parts[at + DOMAIN]);
    }

    /** The place of the i-th prediction's names. */
    public int placeOf(int i) {
        tellApart();
        return Short.toUnsignedInt(places[i]);
    }

    /** The number of different names, then each without what it shares with the one before; then the place of each prediction's. */
    public void write(DataOutputView target) throws IOException {
        tellApart();
        target.writeInt(names);
        Names before = Names.NONE;
        for (int place = 0; place < names; place++) {
            Names next = get(place);
            next.write(target, before);
            before = next;
        }
        target.writeInt(size);
        for (int i = 0; i < size; i++) {
            target.writeShort(places[i]);
        }
    }

    /** What {@link #write} wrote. */
    public static NameColumn read(DataInputView source) throws IOException {
        NameColumn column = new NameColumn();
        Names before = Names.NONE;
        for (int left = source.readInt(); left > 0; left--) {
            before = Names.read(source, before);
            column.append(before);
        }
        column.size = source.readInt();
        column.places = new short[column.size];
        for (int i = 0; i < column.size; i++) {
            column.places[i] = source.readShort();
        }
        return column;
    }

    private void append(Names added) {
        int at = names * PARTS;
        int end = parts[at] + added.utf8().length;
        if (at + PARTS == parts.length) {
            parts = Arrays.copyOf(parts, 2 * parts.length);
            numbers = Arrays.copyOf(numbers, 2 * numbers.length);
        }
        if (end > utf8.length) {
            utf8 = Arrays.copyOf(utf8, 2 * end);
        }
        System.arraycopy(added.utf8(), 0, utf8, parts[at], added.utf8().length);
        parts[at + TASK] = added.task();
        parts[at + DOMAIN] = added.domain();
        parts[at + PARTS] = end;
        numbers[names] = added.number();
        names++;
    }

    private void tellApart() {
        if (places.length == size) {
            return;
        }
        places = new short[size];
        int count = 0;
        // Open addressing from the number of names to their place; at least twice as long as there are names.
        int[] slots = new int[Integer.highestOneBit(size) * 4];
        Arrays.fill(slots, EMPTY_SLOT);
        for (int i = 0; i < size; i++) {
            int slot = (int) numbers[i] & (slots.length - 1);
            while (slots[slot] != EMPTY_SLOT && numbers[slots[slot]] != numbers[i]) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == EMPTY_SLOT) {
                slots[slot] = count;
                move(i, count++);
            }
            places[i] = (short) slots[slot];
        }
        names = count;
    }

    /** Moves names to a place before theirs, or their own, behind the ones that are there already. */
    private void move(int from, int to) {
        int begin = parts[from * PARTS];
        int length = parts[(from + 1) * PARTS] - begin;
        int place = parts[to * PARTS];
        System.arraycopy(utf8, begin, utf8, place, length);
        parts[to * PARTS + TASK] = parts[from * PARTS + TASK];
        parts[to * PARTS + DOMAIN] = parts[from * PARTS + DOMAIN];
        parts[(to + 1) * PARTS] = place + length;
        numbers[to] = numbers[from];
    }
}
