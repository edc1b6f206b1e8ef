package io.caiman.replay.dataset;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an {@link OwnLogLayout} from YAML, strictly: an unknown key is an error. */
final class OwnLogLayoutReader {

    private static final String DEFAULT_SEPARATOR = ",";

    private static final String COLUMN = "the name of a column";
    private static final String FILES = "a list of names or globs, such as [\"events-*.csv\"]";
    private static final String DOMAIN = COLUMN + ", or {value: NAME} for a log of one domain";
    private static final String TIME =
            "{column: NAME, unit: ms}, or {start: 2024-01-01T00:00:00Z, step: 10ms} for a log without times";
    private static final String LABEL = COLUMN + ", or {column: NAME, at-least: NUMBER}";
    private static final String SLOT = COLUMN + ", or {column: NAME, separator: \"|\"}";
    private static final String STEP = "a time such as 10ms, 1s, 5m or 1h";
    private static final Pattern STEP_FORM = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h)");

    private OwnLogLayoutReader() {}

    /**
     * The layout in a file.
     *
     * @throws DatasetException if the file is missing or describes no log, saying which key is wrong and what was expected
     */
    static OwnLogLayout read(Path file) {
        LayoutKeys keys = LayoutKeys.read(file)
                .only(
                        "files",
                        "separator",
                        "columns",
                        "user",
                        "item",
                        "domain",
                        "id",
                        "time",
                        "labels",
                        "slots",
                        "dense",
                        "leaky");
        try {
            return new OwnLogLayout(
                    keys.texts("files", FILES),
                    keys.has("separator") ? keys.text("separator", "what separates two fields") : DEFAULT_SEPARATOR,
                    names(keys, "columns"),
                    keys.text("user", COLUMN),
                    keys.text("item", COLUMN),
                    domain(keys),
                    keys.has("id") ? Optional.of(keys.text("id", COLUMN)) : Optional.empty(),
                    time(keys.keys("time", TIME)),
                    each(keys.keys("labels", "names of tasks, each with " + LABEL), OwnLogLayoutReader::label),
                    keys.has("slots")
                            ? each(keys.keys("slots", "names of slots, each with " + SLOT), OwnLogLayoutReader::slot)
                            : List.of(),
                    keys.has("dense")
                            ? each(keys.keys("dense", "names, each with " + COLUMN), OwnLogLayoutReader::dense)
                            : List.of(),
                    names(keys, "leaky"));
        } catch (IllegalArgumentException e) {
            throw new DatasetException("%s: %s.".formatted(file, e.getMessage()), e);
        }
    }

    private static List<String> names(LayoutKeys keys, String key) {
        return keys.has(key) ? keys.texts(key, "a list of names of columns") : List.of();
    }

    private static <T> List<T> each(LayoutKeys keys, BiFunction<LayoutKeys, String, T> entry) {
        return keys.names().stream().map(name -> entry.apply(keys, name)).toList();
    }

    private static OwnLogLayout.Domain domain(LayoutKeys keys) {
        if (keys.has("domain") && keys.isText("domain")) {
            return new OwnLogLayout.DomainColumn(keys.text("domain", DOMAIN));
        }
        return new OwnLogLayout.OneDomain(
                keys.keys("domain", DOMAIN).only("value").text("value", "the name of the log's one domain"));
    }

    private static OwnLogLayout.Time time(LayoutKeys time) {
        if (time.has("start") || time.has("step")) {
            return new OwnLogLayout.FileOrder(start(time.only("start", "step")), step(time));
        }
        String column = time.only("column", "unit").text("column", COLUMN);
        String units = "ms, s, us or iso8601";
        String unit = time.text("unit", units);
        return Arrays.stream(TimeNotation.values())
                .filter(notation -> notation.key().equals(unit))
                .findAny()
                .map(notation -> new OwnLogLayout.TimeColumn(column, notation))
                .orElseThrow(() -> time.wrong("unit", units));
    }

    private static Instant start(LayoutKeys time) {
        String expected = "a time such as 2024-01-01T00:00:00Z";
        try {
            return EventTimeRange.time(time.text("start", expected));
        } catch (IllegalArgumentException e) {
            throw time.wrong("start", expected);
        }
    }

    private static Duration step(LayoutKeys time) {
        Matcher step = STEP_FORM.matcher(time.text("step", STEP));
        if (!step.matches()) {
            throw time.wrong("step", STEP);
        }
        long count = Long.parseLong(step.group(1));
        return switch (step.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private static OwnLogLayout.Label label(LayoutKeys labels, String task) {
        if (labels.isText(task)) {
            return new OwnLogLayout.Label(task, labels.text(task, LABEL), OptionalDouble.empty());
        }
        LayoutKeys label = labels.keys(task, LABEL).only("column", "at-least");
        return new OwnLogLayout.Label(task, label.text("column", COLUMN), label.number("at-least"));
    }

    private static OwnLogLayout.SlotColumn slot(LayoutKeys slots, String name) {
        if (slots.isText(name)) {
            return new OwnLogLayout.SlotColumn(name, slots.text(name, SLOT), Optional.empty());
        }
        LayoutKeys slot = slots.keys(name, SLOT).only("column", "separator");
        return new OwnLogLayout.SlotColumn(
                name,
                slot.text("column", COLUMN),
                slot.has("separator")
                        ? Optional.of(slot.text("separator", "what separates two values"))
                        : Optional.empty());
    }

    private static OwnLogLayout.DenseColumn dense(LayoutKeys dense, String name) {
        return new OwnLogLayout.DenseColumn(name, dense.text(name, COLUMN));
    }
}
