package io.caiman.model.nn;

import ai.djl.ndarray.NDManager;
import io.caiman.model.embedding.RowKeys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The dense weights of a network, in one direct buffer: a training step sees each array as a leaf without copying, and
 * the optimizer and snapshots run over plain floats.
 */
public final class DenseParameters {

    private static final float TO_UNIT = 0x1.0p-23f;

    private final List<DenseLayout.Slice> slices;
    private final ByteBuffer bytes;
    private final FloatBuffer values;

    /** First weights, a function of the layout and the seed alone. */
    public DenseParameters(DenseLayout layout, long seed) {
        this.slices = layout.slices();
        this.bytes = ByteBuffer.allocateDirect(layout.size() * Float.BYTES).order(ByteOrder.nativeOrder());
        this.values = bytes.asFloatBuffer();
        for (DenseLayout.Slice slice : slices) {
            long state = RowKeys.mix(seed) ^ RowKeys.hash(slice.name());
            for (int i = 0; i < slice.length(); i++) {
                long bits = RowKeys.mix(state + i);
                values.put(slice.offset() + i, ((bits >>> 40) * TO_UNIT - 1f) * slice.bound());
            }
        }
    }

    /** The arrays' names, shapes and places. */
    public List<DenseLayout.Slice> slices() {
        return slices;
    }

    /** All weights; writing to it changes the network. */
    public FloatBuffer values() {
        return values;
    }

    /** Leaves for one forward and backward pass; they and all that is computed from them belong to the manager. */
    public Leaves leaves(NDManager manager) {
        return new Leaves(this, manager);
    }

    /** One array's weights as bytes, shared and not copied. */
    ByteBuffer bytes(DenseLayout.Slice slice) {
        return bytes.slice(slice.offset() * Float.BYTES, slice.length() * Float.BYTES)
                .order(ByteOrder.nativeOrder());
    }
}
