package io.caiman.jobs.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a row as its floats, four bytes each, the lowest first. What the floats mean is a {@link RowFormat}, which goes
 * with every checkpoint: rows of one format are never read as those of another.
 */
public final class RowSerializer extends TypeSerializer<float[]> {

    private static final long serialVersionUID = 1;

    private final RowFormat format;

    public RowSerializer(RowFormat format) {
        this.format = format;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<float[]> duplicate() {
        return this;
    }

    @Override
    public float[] createInstance() {
        return new float[format.stride()];
    }

    @Override
    public float[] copy(float[] from) {
        return from.clone();
    }

    @Override
    public float[] copy(float[] from, float[] reuse) {
        return from.clone();
    }

    /** Bytes of a row. */
    @Override
    public int getLength() {
        return format.stride() * Float.BYTES;
    }

    @Override
    public void serialize(float[] row, DataOutputView target) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(getLength()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        target.write(bytes.array());
    }

    @Override
    public float[] deserialize(DataInputView source) throws IOException {
        byte[] bytes = new byte[getLength()];
        source.readFully(bytes);
        float[] row = new float[format.stride()];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(row);
        return row;
    }

    @Override
    public float[] deserialize(float[] reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.write(source, getLength());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowSerializer serializer && serializer.format.equals(format);
    }

    @Override
    public int hashCode() {
        return format.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<float[]> snapshotConfiguration() {
        return new RowSerializerSnapshot(format);
    }
}
