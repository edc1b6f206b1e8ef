package io.caiman.replay.slot;

import io.caiman.schemas.avro.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import net.openhft.hashing.LongHashFunction;

/**
 * The rule by which a value becomes a slot id: a whole number is its own id ({@code 1.0} counts as 1), any other text is
 * hashed to 64 bits by XX3 with seed 0.
 *
 * <p>The rule needs no vocabulary, so it gives the same id on every machine and in every year.
 */
public final class SlotIds {

    private static final LongHashFunction XX3 = LongHashFunction.xx3();
    private static final Pattern WHOLE_NUMBER = Pattern.compile("(-?\\d{1,18})(?:\\.0*)?");

    private SlotIds() {}

    /** The id of a value that is not blank; spaces around it do not matter. */
    public static long of(String value) {
        String trimmed = value.strip();
        var number = WHOLE_NUMBER.matcher(trimmed);
        return number.matches() ? Long.parseLong(number.group(1)) : XX3.hashChars(trimmed);
    }

    /** A slot with one id of weight 1. */
    public static Slot slot(String name, long id) {
        return new Slot(name, List.of(id), List.of());
    }

    /** A slot with the ids of these values, each of weight 1. */
    public static Slot slot(String name, List<String> values) {
        return new Slot(name, values.stream().map(SlotIds::of).toList(), List.of());
    }

    /** A slot with several ids, each of weight 1. */
    public static Slot slot(String name, long... ids) {
        return new Slot(name, Arrays.stream(ids).boxed().toList(), List.of());
    }
}
