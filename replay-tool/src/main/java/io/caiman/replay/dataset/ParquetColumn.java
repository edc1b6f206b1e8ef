package io.caiman.replay.dataset;

import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * One column of a Parquet file, its values as the texts that a CSV file would have.
 *
 * @param field its place in the row
 * @param isList whether a value is a list; its elements lie in a group of one repeated field, and perhaps each in a group more
 */
record ParquetColumn(
        int field, boolean isList, boolean inGroup, boolean elementsInGroups, String separator, ParquetValue value) {

    /**
     * What the values of a column are used for.
     *
     * @param time how a time is written
     * @param listSeparator what stands between the elements of a list; absent: lists make no sense there
     */
    record Use(String column, TimeNotation time, Optional<String> listSeparator) {}

    /**
     * A column by its type.
     *
     * @throws DatasetException if values of the type cannot be used so, with the reason
     */
    static ParquetColumn of(Type type, int field, Use use) {
        boolean inGroup = !type.isPrimitive()
                && type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
                && type.asGroupType().getFieldCount() == 1
                && type.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED);
        Type element = inGroup ? type.asGroupType().getType(0) : type;
        boolean isList = element.isRepetition(Type.Repetition.REPEATED);
        boolean elementsInGroups = isList
                && !element.isPrimitive()
                && element.asGroupType().getFieldCount() == 1
                && !element.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED);
        Type single = elementsInGroups ? element.asGroupType().getType(0) : element;
        if (!single.isPrimitive()) {
            throw unusable(use, type, "expected numbers, texts, truth values, times, or lists of these");
        }
        if (isList && use.listSeparator.isEmpty()) {
            throw unusable(
                    use,
                    type,
                    "expected single values; lists make a slot with a separator, {column: %s, separator: \"|\"}"
                            .formatted(use.column));
        }
        ParquetValue value = ParquetValue.of(single.asPrimitiveType(), use.time)
                .orElseThrow(() -> unusable(use, type, "expected numbers, texts, truth values or times"));
        return new ParquetColumn(field, isList, inGroup, elementsInGroups, use.listSeparator.orElse(""), value);
    }

    private static DatasetException unusable(Use use, Type type, String expected) {
        return new DatasetException("column '%s' of Parquet type '%s': %s"
                .formatted(use.column, type.toString().replaceAll("\\s+", " "), expected));
    }

    /** The value in a row, blank where it is null; a list's elements with the separator between them. */
    String text(Group row) {
        if (!isList) {
            return row.getFieldRepetitionCount(field) == 0 ? "" : value.text(row, field, 0);
        }
        if (inGroup && row.getFieldRepetitionCount(field) == 0) {
            return "";
        }
        Group list = inGroup ? row.getGroup(field, 0) : row;
        int place = inGroup ? 0 : field;
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < list.getFieldRepetitionCount(place); i++) {
            joined.append(i == 0 ? "" : separator);
            if (!elementsInGroups) {
                joined.append(value.text(list, place, i));
            } else if (list.getGroup(place, i).getFieldRepetitionCount(0) > 0) {
                joined.append(value.text(list.getGroup(place, i), 0, 0));
            }
        }
        return joined.toString();
    }
}
