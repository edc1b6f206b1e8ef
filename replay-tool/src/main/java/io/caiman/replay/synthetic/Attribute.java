package io.caiman.replay.synthetic;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One observable attribute: its slot, the values it can take and how often each occurs. */
final class Attribute {

    private final List<Slot> slots;
    private final WeightedChoice frequencies;

    private Attribute(List<Slot> slots, WeightedChoice frequencies) {
        this.slots = slots;
        this.frequencies = frequencies;
    }

    /** An attribute with named values, the first the most frequent. */
    static Attribute of(String slot, List<String> values, double... frequencies) {
        if (values.size() != frequencies.length) {
            throw new IllegalArgumentException(
                    "%s: %d values but %d frequencies".formatted(slot, values.size(), frequencies.length));
        }
        return new Attribute(
                values.stream()
                        .map(value -> SlotIds.slot(slot, SlotIds.of(value)))
                        .toList(),
                new WeightedChoice(frequencies));
    }

    /** An attribute with the ids 0..values-1, of Zipf frequencies. */
    static Attribute ofIds(String slot, int values, double exponent) {
        return new Attribute(
                IntStream.range(0, values)
                        .mapToObj(id -> SlotIds.slot(slot, (long) id))
                        .toList(),
                WeightedChoice.zipf(values, exponent));
    }

    /** A value for each of a number of entities. */
    int[] draw(int entities, Draws draws) {
        int[] values = new int[entities];
        Arrays.setAll(values, entity -> frequencies.draw(draws));
        return values;
    }

    Slot slot(int value) {
        return slots.get(value);
    }

    int values() {
        return slots.size();
    }
}
