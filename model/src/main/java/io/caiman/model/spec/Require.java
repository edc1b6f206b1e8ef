package io.caiman.model.spec;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The checks the spec records share; each failure says key, value and what was expected. */
final class Require {

    private Require() {}

    static void positive(String key, double value) {
        that(value > 0 && Double.isFinite(value), key, value, "a finite number above 0");
    }

    static void notNegative(String key, double value) {
        that(value >= 0 && Double.isFinite(value), key, value, "a finite number, 0 or above");
    }

    static void within(String key, double value, double least, double most) {
        that(value >= least && value <= most, key, value, "between " + least + " and " + most);
    }

    static void named(String key, String value) {
        that(value.matches("[A-Za-z0-9][A-Za-z0-9._-]*"), key, value, "letters, digits, '.', '_' or '-'");
    }

    /** Copies the list, having checked that it has entries, none blank and none twice. */
    static List<String> distinctNames(String key, List<String> values) {
        that(!values.isEmpty(), key, values, "at least one entry");
        return noneTwice(key, values);
    }

    /** Copies the list, having checked that no entry is blank or there twice. */
    static List<String> noneTwice(String key, List<String> values) {
        that(values.stream().noneMatch(String::isBlank), key, values, "no blank entry");
        that(new HashSet<>(values).size() == values.size(), key, values, "no entry twice");
        return List.copyOf(values);
    }

    /** Copies the widths of an MLP's layers, having checked that each is positive. */
    static List<Integer> widths(String key, List<Integer> values) {
        values.forEach(width -> that(width > 0, key, values, "layer widths above 0"));
        return List.copyOf(values);
    }

    /** Checks that names are among those that another key gives. */
    static void partOf(String wholeKey, List<String> whole, String key, Collection<String> names) {
        Set<String> unknown = new HashSet<>(names);
        whole.forEach(unknown::remove);
        that(unknown.isEmpty(), key, names, "a part of '%s', which lacks %s".formatted(wholeKey, unknown));
    }

    static void that(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new SpecException("'%s' is %s; expected %s".formatted(key, value, expected));
        }
    }
}
