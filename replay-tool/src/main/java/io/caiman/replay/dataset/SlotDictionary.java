package io.caiman.replay.dataset;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The distinct slots of one column of few values, each under a small code, so that a table keeps a code for each row and
 * all rows share the slots. Code 0 stands for a blank field: no slot.
 */
final class SlotDictionary {

    private final String name;
    private final Map<String, Integer> codes = new HashMap<>();
    private final List<Slot> slots = new ArrayList<>();

    SlotDictionary(String name) {
        this.name = name;
    }

    /** The code of a field with one value, such as {@code (10,50]}. */
    int code(String field) {
        return field.isBlank() ? 0 : code(field, List.of(field));
    }

    /** The code of a field with several values, separated by commas. */
    int codeOfList(String field) {
        List<String> values = Arrays.stream(field.split(",", -1))
                .filter(value -> !value.isBlank())
                .toList();
        return values.isEmpty() ? 0 : code(field, values);
    }

    private int code(String field, List<String> values) {
        Integer known = codes.get(field);
        if (known != null) {
            return known;
        }
        slots.add(SlotIds.slot(name, values));
        codes.put(field, slots.size());
        return slots.size();
    }

    /** Adds the slot with this code, if it stands for one. */
    void addTo(List<Slot> target, int code) {
        if (code != 0) {
            target.add(slots.get(code - 1));
        }
    }
}
