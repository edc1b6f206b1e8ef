package io.caiman.replay.dataset;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.openhft.hashing.LongHashFunction;

/**
 * What a log's files and columns mean. {@link OwnLogLayoutReader} reads it from YAML.
 *
 * @param files names or globs of the log's files, relative to the folder with the data
 * @param separator between two fields; one of several characters means that fields do not stand in quotes
 * @param columns names of the columns where the files have no header; empty: the first line of each names them
 * @param user the column of the user
 * @param item the column of the item
 * @param domain where the domain comes from
 * @param id the column of an impression's id; absent: the file's place among the files, a colon, and the line in it
 * @param time where event time comes from
 * @param labels at least one
 * @param slots categorical features
 * @param dense numeric features
 * @param leaky columns known only after the impression that are inputs all the same
 */
record OwnLogLayout(
        List<String> files,
        String separator,
        List<String> columns,
        String user,
        String item,
        Domain domain,
        Optional<String> id,
        Time time,
        List<Label> labels,
        List<SlotColumn> slots,
        List<DenseColumn> dense,
        List<String> leaky) {

    private static final Set<String> ALWAYS_FEATURES = Set.of("user", "item", "domain");

    /** Where the domain comes from. */
    sealed interface Domain {}

    /** A domain of its own in each line. */
    record DomainColumn(String column) implements Domain {}

    /** A log of one domain. */
    record OneDomain(String name) implements Domain {}

    /** Where event time comes from. */
    sealed interface Time {}

    /** A time in each line. */
    record TimeColumn(String column, TimeNotation unit) implements Time {}

    /** No times: lines keep the order of the files and are taken to be a step apart. */
    record FileOrder(Instant start, Duration step) implements Time {
        FileOrder {
            if (start.toEpochMilli() < 1 || start.toEpochMilli() >= EventTimeSorter.TIME_BOUND) {
                throw new IllegalArgumentException("key 'time.start': expected a time after 1970, got " + start);
            }
            if (step.toMillis() < 1) {
                throw new IllegalArgumentException("key 'time.step': expected 1ms or more, got " + step);
            }
        }

        /**
         * The event time of a line, in milliseconds since the epoch.
         *
         * @throws MalformedLineException if that is later than the sort by event time can hold
         */
        long ms(long linesBefore) throws MalformedLineException {
            long first = start.toEpochMilli();
            if (linesBefore > (EventTimeSorter.TIME_BOUND - 1 - first) / step.toMillis()) {
                throw new MalformedLineException(
                        "%,d lines of %s before it make a time beyond the year 2248: expected a shorter time.step"
                                .formatted(linesBefore, step));
            }
            return first + linesBefore * step.toMillis();
        }
    }

    /**
     * A task's label.
     *
     * @param atLeast the label is whether the column holds this or more; absent: the column holds the label
     */
    record Label(String task, String column, OptionalDouble atLeast) {}

    /**
     * A categorical feature.
     *
     * @param separator between the values of a slot with several; absent: there is one
     */
    record SlotColumn(String name, String column, Optional<String> separator) {}

    /** A numeric feature. */
    record DenseColumn(String name, String column) {}

    /** @throws IllegalArgumentException if the parts do not agree, saying which key is wrong and why */
    OwnLogLayout {
        files = List.copyOf(files);
        columns = List.copyOf(columns);
        labels = List.copyOf(labels);
        slots = List.copyOf(slots);
        dense = List.copyOf(dense);
        leaky = List.copyOf(leaky);
        require(!files.isEmpty(), "key 'files': expected one name or glob at least");
        require(
                separator.chars().allMatch(character -> character < 0x80) && separator.matches("[^\"\r\n\0]+"),
                "key 'separator': expected ASCII characters other than quotes and line ends, got '" + separator + "'");
        require(
                new TreeSet<>(columns).size() == columns.size(),
                "key 'columns': expected each name once, got " + String.join(", ", columns));
        require(!labels.isEmpty(), "key 'labels': expected one label at least, for there is nothing to learn without");
        for (SlotColumn slot : slots) {
            require(
                    !ALWAYS_FEATURES.contains(slot.name),
                    "key 'slots.%s': user, item and domain are features as they are. Leave the slot out, or rename it"
                            .formatted(slot.name));
        }
        Map<String, String> inputs = inputs(user, item, domain, slots, dense);
        for (Map.Entry<String, String> input : inputs.entrySet()) {
            if (!leaky.contains(input.getValue())) {
                requireKnownBefore(input.getKey(), input.getValue(), labels);
            }
        }
        for (String column : leaky) {
            require(
                    inputs.containsValue(column),
                    "key 'leaky': expected columns that are inputs, got '%s', which is none. Leave it out"
                            .formatted(column));
        }
    }

    private static void requireKnownBefore(String key, String column, List<Label> labels) {
        Optional<String> label = labels.stream()
                .filter(known -> known.column.equals(column))
                .map(Label::task)
                .findFirst();
        require(
                label.isEmpty() && !FeedbackColumns.has(column),
                ("key '%s': column '%s' %s known only after the impression. A model that has it as an input does well on"
                                + " this log and fails in service, where it is not there yet. Leave it out, or force it"
                                + " by naming it under 'leaky'")
                        .formatted(
                                key,
                                column,
                                label.map("is the label '%s',"::formatted).orElse("tells of feedback,")));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private static Map<String, String> inputs(
            String user, String item, Domain domain, List<SlotColumn> slots, List<DenseColumn> dense) {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("user", user);
        inputs.put("item", item);
        if (domain instanceof DomainColumn column) {
            inputs.put("domain", column.column);
        }
        slots.forEach(slot -> inputs.put("slots." + slot.name, slot.column));
        dense.forEach(value -> inputs.put("dense." + value.name, value.column));
        return inputs;
    }

    /** The columns read, by the keys that name them. */
    Map<String, String> columnsByKey() {
        Map<String, String> byKey = inputs(user, item, domain, slots, dense);
        id.ifPresent(column -> byKey.put("id", column));
        if (time instanceof TimeColumn column) {
            byKey.put("time.column", column.column);
        }
        labels.forEach(label -> byKey.put("labels." + label.task, label.column));
        return byKey;
    }

    /** What the values of a column read are used for. */
    ParquetColumn.Use use(String column) {
        List<SlotColumn> ofSlots =
                slots.stream().filter(slot -> slot.column.equals(column)).toList();
        boolean slotsOnly =
                columnsByKey().values().stream().filter(column::equals).count() == ofSlots.size();
        Set<Optional<String>> separators =
                ofSlots.stream().map(SlotColumn::separator).collect(Collectors.toSet());
        return new ParquetColumn.Use(
                column,
                time instanceof TimeColumn times && times.column.equals(column) ? times.unit : TimeNotation.ISO8601,
                slotsOnly && separators.size() == 1 ? separators.iterator().next() : Optional.empty());
    }

    /** How the lines of a text file are laid out. */
    LineLayout lines() {
        return new LineLayout(separator, separator.length() == 1, StandardCharsets.UTF_8, columns);
    }

    /** A short name of it: 16 hexadecimal digits, the same for layouts that mean the same. */
    String fingerprint() {
        return HexFormat.of().toHexDigits(LongHashFunction.xx3().hashChars(toString()));
    }
}
