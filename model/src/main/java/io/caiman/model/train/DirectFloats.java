package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.AlignedFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A direct buffer that carries floats from the heap into arrays, reused from step to step. */
final class DirectFloats {

    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    private FloatBuffer floats = bytes.asFloatBuffer();

    /** Makes room for this many floats; what was there is lost. */
    void resize(int length) {
        if (floats.capacity() < length) {
            bytes = AlignedFloats.allocate(length);
            floats = bytes.asFloatBuffer();
        }
    }

    /** The floats, to be written by absolute position. */
    FloatBuffer floats() {
        return floats;
    }

    /** An array over the first floats. On the CPU it shares the buffer: it is good until the next change. */
    NDArray array(NDManager manager, Shape shape) {
        int length = Math.toIntExact(shape.size()) * Float.BYTES;
        return manager.create(bytes.slice(0, length).order(ByteOrder.nativeOrder()), shape, DataType.FLOAT32);
    }
}
