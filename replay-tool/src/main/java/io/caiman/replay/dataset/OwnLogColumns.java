package io.caiman.replay.dataset;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes impressions of the columns that an {@link OwnLogLayout} names. */
final class OwnLogColumns {

    private static final Pattern WHOLE_WITH_FRACTION = Pattern.compile("(-?\\d{1,18})\\.0*");

    /** The place of a column that the layout does without. */
    private static final int NONE = -1;

    private record LabelAt(OwnLogLayout.Label label, int column) {}

    private record DenseAt(String name, int column) {}

    private record SlotAt(String name, int column, Optional<Pattern> separator) {

        List<String> values(String text) {
            if (separator.isEmpty()) {
                return text.isEmpty() ? List.of() : List.of(text);
            }
            return separator
                    .get()
                    .splitAsStream(text)
                    .filter(value -> !value.isBlank())
                    .toList();
        }
    }

    private final List<String> names;
    private final int user;
    private final int item;
    private final String oneDomain;
    private final int domain;
    private final int id;
    private final List<LabelAt> labels;
    private final List<SlotAt> slots;
    private final List<DenseAt> dense;

    OwnLogColumns(OwnLogLayout layout) {
        this.names = layout.columnsByKey().values().stream().distinct().toList();
        this.user = names.indexOf(layout.user());
        this.item = names.indexOf(layout.item());
        if (layout.domain() instanceof OwnLogLayout.OneDomain one) {
            this.oneDomain = one.name();
            this.domain = NONE;
        } else {
            this.oneDomain = "";
            this.domain = names.indexOf(((OwnLogLayout.DomainColumn) layout.domain()).column());
        }
        this.id = layout.id().map(names::indexOf).orElse(NONE);
        this.labels = layout.labels().stream()
                .map(label -> new LabelAt(label, names.indexOf(label.column())))
                .toList();
        this.slots = layout.slots().stream()
                .map(slot -> new SlotAt(
                        slot.name(),
                        names.indexOf(slot.column()),
                        slot.separator().map(separator -> Pattern.compile(separator, Pattern.LITERAL))))
                .toList();
        this.dense = layout.dense().stream()
                .map(value -> new DenseAt(value.name(), names.indexOf(value.column())))
                .toList();
    }

    /** The columns read, each once. */
    List<String> names() {
        return names;
    }

    /**
     * Checks all that can be wrong with a line, at less than it takes to make an impression of it.
     *
     * @return its domain
     * @throws MalformedLineException if the line cannot be used
     */
    String checkedDomain(DelimitedLine line) throws MalformedLineException {
        if (id != NONE) {
            required(line, id);
        }
        required(line, user);
        required(line, item);
        Map<String, Float> unusedDense = dense(line);
        Map<String, Boolean> unusedLabels = labels(line);
        return domain(line);
    }

    private String domain(DelimitedLine line) throws MalformedLineException {
        return domain == NONE ? oneDomain : name(line, domain);
    }

    /**
     * The impression of a line.
     *
     * @param line by the columns of {@link #names()}
     * @param record knows where the line stands and its event time
     * @throws MalformedLineException if the line cannot be used
     */
    Impression impression(DelimitedLine line, LogRecord record) throws MalformedLineException {
        return new Impression(
                id == NONE ? record.file() + ":" + record.line() : required(line, id),
                record.time(),
                name(line, user),
                name(line, item),
                domain(line),
                slots(line),
                dense(line),
                labels(line),
                null,
                List.of());
    }

    private static String required(DelimitedLine line, int column) throws MalformedLineException {
        String text = line.text(column);
        if (text.isEmpty()) {
            throw line.malformed(column, "a value");
        }
        return text;
    }

    /** As with slot ids, 12.0 is 12: tools write whole numbers so where a column has gaps. */
    private static String name(DelimitedLine line, int column) throws MalformedLineException {
        String text = required(line, column);
        if (text.indexOf('.') < 0) {
            return text;
        }
        Matcher whole = WHOLE_WITH_FRACTION.matcher(text);
        return whole.matches() ? whole.group(1) : text;
    }

    private List<Slot> slots(DelimitedLine line) {
        List<Slot> found = new ArrayList<>(slots.size());
        for (SlotAt slot : slots) {
            List<String> values = slot.values(line.text(slot.column));
            if (!values.isEmpty()) {
                found.add(SlotIds.slot(slot.name, values));
            }
        }
        return found;
    }

    private Map<String, Float> dense(DelimitedLine line) throws MalformedLineException {
        Map<String, Float> found = new LinkedHashMap<>();
        for (DenseAt value : dense) {
            if (!line.text(value.column).isEmpty()) {
                float number = (float) line.number(value.column, "a number");
                if (!Float.isFinite(number)) {
                    throw line.malformed(value.column, "a number that 32 bits hold");
                }
                found.put(value.name, number);
            }
        }
        return found;
    }

    private Map<String, Boolean> labels(DelimitedLine line) throws MalformedLineException {
        Map<String, Boolean> found = new LinkedHashMap<>();
        for (LabelAt at : labels) {
            if (!line.text(at.column).isEmpty()) {
                found.put(
                        at.label.task(),
                        at.label.atLeast().isPresent()
                                ? line.number(at.column, "a number")
                                        >= at.label.atLeast().getAsDouble()
                                : line.truth(at.column));
            }
        }
        return found;
    }
}
