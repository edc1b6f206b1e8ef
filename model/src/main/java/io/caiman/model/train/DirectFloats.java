package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A direct buffer that carries floats from the heap into arrays, reused from step to step. */
final class DirectFloats {

    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);

    /**
     * An array over the first floats of this one. On the CPU it shares the buffer: it is good until the next call.
     *
     * @param values at least as many as the shape holds
     */
    NDArray array(NDManager manager, float[] values, Shape shape) {
        int length = Math.toIntExact(shape.size());
        if (bytes.capacity() < length * Float.BYTES) {
            bytes = ByteBuffer.allocateDirect(length * Float.BYTES * 3 / 2).order(ByteOrder.nativeOrder());
        }
        bytes.asFloatBuffer().put(values, 0, length);
        return manager.create(
                bytes.slice(0, length * Float.BYTES).order(ByteOrder.nativeOrder()), shape, DataType.FLOAT32);
    }
}
