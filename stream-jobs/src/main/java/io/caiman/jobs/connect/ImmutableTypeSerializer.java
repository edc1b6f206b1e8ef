package io.caiman.jobs.connect;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A stateless serializer of values that nobody changes, so a copy of one is that value itself. What is left to write is
 * how a value becomes bytes and back, and the snapshot that names the layout's version.
 *
 * @param <T> the values' type
 */
public abstract class ImmutableTypeSerializer<T> extends TypeSerializerSingleton<T> {

    private static final int LENGTH_VARIES = -1;

    @Override
    public final boolean isImmutableType() {
        return true;
    }

    /** There is no empty value to fill in later. */
    @Override
    @SuppressWarnings("NullAway") // Flink's contract allows null and nothing asks an immutable type for an instance
    public final T createInstance() {
        return null;
    }

    @Override
    public final T copy(T from) {
        return from;
    }

    @Override
    public final T copy(T from, T reuse) {
        return from;
    }

    @Override
    public final int getLength() {
        return LENGTH_VARIES;
    }

    @Override
    public final T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public final void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }
}
