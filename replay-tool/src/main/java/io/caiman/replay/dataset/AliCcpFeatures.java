package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Slot;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads feature lists in Ali-CCP's notation: entries joined by {@code \x01}, each {@code field \x02 id \x03 value}. A field
 * that occurs several times is a slot of several ids, the values being their weights.
 */
final class AliCcpFeatures {

    private static final byte BETWEEN_ENTRIES = 1;
    private static final byte BEFORE_ID = 2;
    private static final byte BEFORE_VALUE = 3;
    private static final int MOST_DIGITS = 18;
    private static final String COLUMN = "feature_list";

    /** The ids of a field so far. */
    private static final class Field {
        private final LongArrayList ids = new LongArrayList(1);
        private final FloatArrayList weights = new FloatArrayList(1);
    }

    private final int mostIds;
    /** Names by their bytes, so that nothing is made for a name that occurred before. */
    private final Map<Long, String> names = new HashMap<>();

    /** @param mostIds of one slot; of more, those of the highest weights are kept */
    AliCcpFeatures(int mostIds) {
        this.mostIds = mostIds;
    }

    /**
     * The slots of a list, named by field, in the order of first occurrence.
     *
     * @param expected how many entries the list must have
     * @throws MalformedLineException if it has another number, or one that is no entry
     */
    List<Slot> slots(byte[] list, int start, int end, long expected) throws MalformedLineException {
        Map<String, Field> fields = new LinkedHashMap<>();
        long entries = 0;
        int entryStart = start;
        while (entryStart < end) {
            int entryEnd = find(BETWEEN_ENTRIES, list, entryStart, end);
            addEntry(list, entryStart, entryEnd, fields);
            entries++;
            entryStart = entryEnd + 1;
        }
        if (entries != expected) {
            throw new MalformedLineException("column %s: expected %d entries, as feature_num says, found %d"
                    .formatted(COLUMN, expected, entries));
        }
        List<Slot> slots = new ArrayList<>(fields.size());
        fields.forEach((name, field) -> slots.add(slot(name, field)));
        return slots;
    }

    private void addEntry(byte[] list, int start, int end, Map<String, Field> fields) throws MalformedLineException {
        int id = find(BEFORE_ID, list, start, end) + 1;
        int value = find(BEFORE_VALUE, list, id, end) + 1;
        if (id - 1 <= start || id >= end || value - 1 <= id || value >= end) {
            throw MalformedLineException.inColumn(
                    COLUMN,
                    "entries field \\x02 id \\x03 value",
                    new String(list, start, end - start, StandardCharsets.UTF_8));
        }
        Field field = fields.computeIfAbsent(name(list, start, id - 1), any -> new Field());
        field.ids.add(whole(list, id, value - 1));
        field.weights.add(weight(list, value, end));
    }

    private static int find(byte separator, byte[] list, int start, int end) {
        int at = start;
        while (at < end && list[at] != separator) {
            at++;
        }
        return at;
    }

    private String name(byte[] list, int start, int end) {
        if (end - start > Long.BYTES - 1) {
            return new String(list, start, end - start, StandardCharsets.UTF_8);
        }
        long packed = 1;
        for (int i = start; i < end; i++) {
            packed = (packed << Byte.SIZE) | (list[i] & 0xFF);
        }
        return names.computeIfAbsent(packed, any -> new String(list, start, end - start, StandardCharsets.UTF_8));
    }

    private static long whole(byte[] list, int start, int end) throws MalformedLineException {
        long number = 0;
        boolean digits = end > start && end - start <= MOST_DIGITS;
        for (int i = start; i < end && digits; i++) {
            digits = list[i] >= '0' && list[i] <= '9';
            number = number * 10 + (list[i] - '0');
        }
        if (!digits) {
            throw MalformedLineException.inColumn(
                    COLUMN, "ids that are whole numbers", new String(list, start, end - start, StandardCharsets.UTF_8));
        }
        return number;
    }

    private static float weight(byte[] list, int start, int end) throws MalformedLineException {
        boolean whole = end == start + 1;
        boolean zeroFraction = end == start + 3 && list[start + 1] == '.' && list[start + 2] == '0';
        boolean one = list[start] == '1' && (whole || zeroFraction);
        if (one) {
            return 1;
        }
        String text = new String(list, start, end - start, StandardCharsets.UTF_8);
        try {
            float weight = Float.parseFloat(text);
            if (Float.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a weight that is not finite is.
        }
        throw MalformedLineException.inColumn(COLUMN, "values that are finite numbers", text);
    }

    private Slot slot(String name, Field field) {
        LongArrayList ids = field.ids;
        FloatArrayList weights = field.weights;
        if (ids.size() > mostIds) {
            keepHeaviest(ids, weights);
        }
        boolean ones = true;
        for (int i = 0; i < weights.size() && ones; i++) {
            ones = weights.getFloat(i) == 1;
        }
        return new Slot(name, List.copyOf(ids), ones ? List.of() : List.copyOf(weights));
    }

    /** Keeps the ids of the highest weights, of equal ones the first, in the order they have. */
    private void keepHeaviest(LongArrayList ids, FloatArrayList weights) {
        float[] sorted = weights.toFloatArray();
        Arrays.sort(sorted);
        float lightest = sorted[sorted.length - mostIds];
        int heavier = 0;
        for (float weight : sorted) {
            heavier += weight > lightest ? 1 : 0;
        }
        int ofTheLightest = mostIds - heavier;
        int kept = 0;
        for (int i = 0; i < sorted.length; i++) {
            float weight = weights.getFloat(i);
            if (weight > lightest || (weight == lightest && ofTheLightest-- > 0)) {
                ids.set(kept, ids.getLong(i));
                weights.set(kept, weight);
                kept++;
            }
        }
        ids.size(kept);
        weights.size(kept);
    }
}
