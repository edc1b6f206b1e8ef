package io.caiman.jobs.connect;

import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The type information of a class that has a serializer of its own, which keeps Flink from falling back to a generic one.
 *
 * @param <T> the class
 */
public final class SerializerType<T> extends TypeInformation<T> {

    private final Class<T> type;
    private final TypeSerializer<T> serializer;
    private final boolean key;

    private SerializerType(Class<T> type, TypeSerializer<T> serializer, boolean key) {
        this.type = type;
        this.serializer = serializer;
        this.key = key;
    }

    public static <T> SerializerType<T> of(Class<T> type, TypeSerializer<T> serializer) {
        return new SerializerType<>(type, serializer, false);
    }

    /** For a class whose {@code equals} and {@code hashCode} are the same in every process, so streams can be keyed by it. */
    public static <T> SerializerType<T> ofKey(Class<T> type, TypeSerializer<T> serializer) {
        return new SerializerType<>(type, serializer, true);
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return key;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer.duplicate();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof SerializerType<?>;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SerializerType<?> that && type.equals(that.type) && serializer.equals(that.serializer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, serializer);
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }
}
