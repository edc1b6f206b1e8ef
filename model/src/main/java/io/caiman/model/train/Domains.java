package io.caiman.model.train;

import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The domains that a model serves, by number: those of its spec and, behind them, those that were added, in the order in
 * which the stream brought them. Not safe for use by several threads.
 */
public final class Domains {

    /** A name is kept for ever, and stands in every checkpoint and figure: what sends longer ones means no domain by them. */
    public static final int MOST_CHARACTERS = 200;

    private final int room;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    /** Those of a spec, to which none was added yet. */
    public Domains(ModelSpec spec) {
        this.room = spec.domainRoom();
        spec.domains().forEach(this::put);
    }

    /** The number of a domain; empty if the model does not serve it. */
    public OptionalInt number(String name) {
        Integer number = numbers.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** The names, by number. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** How many there are. */
    public int size() {
        return names.size();
    }

    /** Whether there may be one more. */
    public boolean hasRoom() {
        return names.size() < room;
    }

    /**
     * Whether a domain can have this name that was not in the spec: 1 to 200 characters, not all of them blank and none a
     * control character.
     */
    public static boolean canBeAdded(String name) {
        return name.length() <= MOST_CHARACTERS
                && !name.isBlank()
                && name.chars().noneMatch(Character::isISOControl);
    }

    /**
     * Adds a domain, unless it is there.
     *
     * @return its number
     * @throws IllegalArgumentException if there is no room for it, or the name cannot be one
     */
    public int add(String name) {
        OptionalInt known = number(name);
        if (known.isPresent()) {
            return known.getAsInt();
        }
        if (!hasRoom() || !canBeAdded(name)) {
            throw new IllegalArgumentException(
                    "domain '%s' cannot be added to %s: expected a name of 1 to %d characters, and at most %d domains"
                            .formatted(name, names, MOST_CHARACTERS, room));
        }
        put(name);
        return names.size() - 1;
    }

    private void put(String name) {
        numbers.put(name, names.size());
        names.add(name);
    }
}
