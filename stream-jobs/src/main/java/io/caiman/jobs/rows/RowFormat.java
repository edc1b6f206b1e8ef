package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowLayout;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * What the floats of a table's stored rows mean.
 *
 * @param stride floats in a row
 * @param fields what decides where which float stands, in the words an operator of the job knows, in order
 */
public record RowFormat(int stride, Map<String, String> fields) implements Serializable {

    /** What the last floats of every row are; another way to count sightings or to decay them is another version. */
    private static final String STATISTICS = "sightings, shows, clicks, day, feature";

    public RowFormat {
        if (stride < 1) {
            throw new IllegalArgumentException("stride is " + stride + "; expected at least 1");
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Of features' rows. */
    public static RowFormat features(RowLayout layout) {
        return of(
                layout.stride(),
                "embedding sets",
                layout.sets(),
                "prior embedding",
                layout.prior(),
                "embedding.dimension",
                layout.dimension(),
                "row-optimizer",
                "row-wise AdaGrad",
                "wide part's optimizer",
                "AdaGrad",
                "wide.factors.dimension",
                layout.factors(),
                "statistics",
                STATISTICS);
    }

    /** Of the rows of crosses. */
    public static RowFormat crosses(int stride) {
        return of(stride, "wide part's optimizer", "AdaGrad", "statistics", STATISTICS);
    }

    /** Of the counts of ids that have no row yet. */
    public static RowFormat candidates(int stride) {
        return of(stride, "statistics", STATISTICS);
    }

    private static RowFormat of(int stride, Object... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
        }
        return new RowFormat(stride, fields);
    }

    /** What differs from the format of a checkpoint, a line for each field, from what to what; empty if nothing does. */
    String changesFrom(RowFormat stored) {
        StringJoiner changes = new StringJoiner("; ");
        Map<String, String> all = new LinkedHashMap<>(stored.fields);
        all.putAll(fields);
        for (String field : all.keySet()) {
            String before = stored.fields.getOrDefault(field, "none");
            String after = fields.getOrDefault(field, "none");
            if (!Objects.equals(before, after)) {
                changes.add("%s: %s -> %s".formatted(field, before, after));
            }
        }
        if (changes.length() == 0 && stride != stored.stride) {
            changes.add("floats in a row: %d -> %d".formatted(stored.stride, stride));
        }
        return changes.toString();
    }
}
