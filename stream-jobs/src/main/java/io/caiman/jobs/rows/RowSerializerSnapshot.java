package io.caiman.jobs.rows;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The format of the rows in a checkpoint. Version 1: floats in a row, number of fields, each field's name and value.
 *
 * <p>Rows of another format are refused, not migrated: with the number of embedding sets or their dimension the network
 * over them changes too, and a row holds neither its key nor a seed, from which what is new would have to start.
 */
public final class RowSerializerSnapshot implements TypeSerializerSnapshot<float[]> {

    private static final int VERSION = 1;

    private RowFormat format;

    /** For Flink, which reads the rest from the checkpoint. */
    public RowSerializerSnapshot() {
        this(new RowFormat(1, Map.of()));
    }

    RowSerializerSnapshot(RowFormat format) {
        this.format = format;
    }

    @Override
    public int getCurrentVersion() {
        return VERSION;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
        out.writeInt(format.stride());
        out.writeInt(format.fields().size());
        for (Map.Entry<String, String> field : format.fields().entrySet()) {
            out.writeUTF(field.getKey());
            out.writeUTF(field.getValue());
        }
    }

    @Override
    public void readSnapshot(int version, DataInputView in, ClassLoader classes) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "the checkpoint's embedding rows have format version %d; this program reads version %d: restore with the newer program that wrote them"
                            .formatted(version, VERSION));
        }
        int stride = in.readInt();
        Map<String, String> fields = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            fields.put(in.readUTF(), in.readUTF());
        }
        format = new RowFormat(stride, fields);
    }

    @Override
    public TypeSerializer<float[]> restoreSerializer() {
        return new RowSerializer(format);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the formats differ, naming each field that changed, from what to what
     */
    @Override
    public TypeSerializerSchemaCompatibility<float[]> resolveSchemaCompatibility(
            TypeSerializerSnapshot<float[]> stored) {
        if (!(stored instanceof RowSerializerSnapshot rows)) {
            throw new IllegalStateException(
                    "the checkpoint's embedding rows were written by %s: start without the checkpoint"
                            .formatted(stored.getClass().getName()));
        }
        String changes = format.changesFrom(rows.format);
        if (!changes.isEmpty()) {
            throw new IllegalStateException(
                    "the embedding rows in the checkpoint are laid out otherwise than this spec's (%s): restore with the spec they were made with, or start without the checkpoint"
                            .formatted(changes));
        }
        return TypeSerializerSchemaCompatibility.compatibleAsIs();
    }
}
