package io.caiman.replay.dataset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** A value of some Parquet type as text. */
interface ParquetValue {

    /** Day 0 of 1970 as a Julian day. */
    long JULIAN_DAY_OF_EPOCH = 2_440_588;

    String text(Group group, int field, int index);

    /**
     * How values of a type are read; empty if they cannot be.
     *
     * @param time how times are written
     */
    static Optional<ParquetValue> of(PrimitiveType type, TimeNotation time) {
        LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
        return Optional.ofNullable(
                switch (type.getPrimitiveTypeName()) {
                    case INT32 -> int32(meaning, time);
                    case INT64 -> int64(meaning, time);
                    case INT96 -> (group, field, index) -> time.write(int96(group.getInt96(field, index)));
                    case FLOAT -> (group, field, index) -> decimal(Float.toString(group.getFloat(field, index)));
                    case DOUBLE -> (group, field, index) -> decimal(Double.toString(group.getDouble(field, index)));
                    case BOOLEAN -> (group, field, index) -> Boolean.toString(group.getBoolean(field, index));
                    case BINARY -> binary(meaning);
                    case FIXED_LEN_BYTE_ARRAY -> meaning == null ? null : binary(meaning);
                });
    }

    private static @Nullable ParquetValue int32(@Nullable LogicalTypeAnnotation meaning, TimeNotation time) {
        if (meaning instanceof DateLogicalTypeAnnotation) {
            return (group, field, index) -> day(LocalDate.ofEpochDay(group.getInteger(field, index)), time);
        }
        if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
            return (group, field, index) -> BigDecimal.valueOf(group.getInteger(field, index), decimal.getScale())
                    .toPlainString();
        }
        if (meaning instanceof IntLogicalTypeAnnotation whole && !whole.isSigned()) {
            return (group, field, index) -> Integer.toUnsignedString(group.getInteger(field, index));
        }
        return meaning == null || meaning instanceof IntLogicalTypeAnnotation
                ? (group, field, index) -> Integer.toString(group.getInteger(field, index))
                : null;
    }

    private static @Nullable ParquetValue int64(@Nullable LogicalTypeAnnotation meaning, TimeNotation time) {
        if (meaning instanceof TimestampLogicalTypeAnnotation timestamp) {
            ChronoUnit unit = switch (timestamp.getUnit()) {
                case MILLIS -> ChronoUnit.MILLIS;
                case MICROS -> ChronoUnit.MICROS;
                case NANOS -> ChronoUnit.NANOS;
            };
            return (group, field, index) -> time.write(Instant.EPOCH.plus(group.getLong(field, index), unit));
        }
        if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
            return (group, field, index) -> BigDecimal.valueOf(group.getLong(field, index), decimal.getScale())
                    .toPlainString();
        }
        if (meaning instanceof IntLogicalTypeAnnotation whole && !whole.isSigned()) {
            return (group, field, index) -> Long.toUnsignedString(group.getLong(field, index));
        }
        return meaning == null || meaning instanceof IntLogicalTypeAnnotation
                ? (group, field, index) -> Long.toString(group.getLong(field, index))
                : null;
    }

    private static @Nullable ParquetValue binary(@Nullable LogicalTypeAnnotation meaning) {
        if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
            return (group, field, index) -> new BigDecimal(
                            new BigInteger(group.getBinary(field, index).getBytes()), decimal.getScale())
                    .toPlainString();
        }
        if (meaning instanceof UUIDLogicalTypeAnnotation) {
            return (group, field, index) -> uuid(group.getBinary(field, index));
        }
        // Without an annotation it is text too: older tools wrote texts so.
        return meaning == null
                        || meaning instanceof StringLogicalTypeAnnotation
                        || meaning instanceof EnumLogicalTypeAnnotation
                        || meaning instanceof JsonLogicalTypeAnnotation
                ? (group, field, index) -> group.getBinary(field, index).toStringUsingUTF8()
                : null;
    }

    /** Nanoseconds of a day and its Julian number, as Spark and Impala wrote times. */
    private static Instant int96(Binary value) {
        ByteBuffer bytes = value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long nanos = bytes.getLong(bytes.position());
        long day = bytes.getInt(bytes.position() + Long.BYTES) - JULIAN_DAY_OF_EPOCH;
        return Instant.EPOCH.plus(day, ChronoUnit.DAYS).plusNanos(nanos);
    }

    private static String uuid(Binary value) {
        ByteBuffer bytes = value.toByteBuffer();
        return new UUID(bytes.getLong(bytes.position()), bytes.getLong(bytes.position() + Long.BYTES)).toString();
    }

    private static String day(LocalDate day, TimeNotation time) {
        return time == TimeNotation.ISO8601
                ? day.toString()
                : time.write(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** A number without an exponent; not-a-number stands for a value that is missing. */
    private static String decimal(String number) {
        return switch (number) {
            case "NaN" -> "";
            case "Infinity", "-Infinity" -> number;
            default -> new BigDecimal(number).toPlainString();
        };
    }
}
