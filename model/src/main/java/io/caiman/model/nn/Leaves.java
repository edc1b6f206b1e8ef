package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dense weights as arrays that collect gradients, for one forward and backward pass. An array comes into being when
 * a layer asks for it, so a domain that is not in the batch costs nothing and gets no gradient.
 */
public final class Leaves {

    private final DenseParameters parameters;
    private final NDManager manager;
    private final @Nullable NDArray[] arrays;

    Leaves(DenseParameters parameters, NDManager manager) {
        this.parameters = parameters;
        this.manager = manager;
        this.arrays = new NDArray[parameters.slices().size()];
    }

    /** The array with this number in the layout. */
    public NDArray get(int number) {
        NDArray array = arrays[number];
        if (array == null) {
            DenseLayout.Slice slice = parameters.slices().get(number);
            array = manager.create(parameters.bytes(slice), slice.shape(), DataType.FLOAT32);
            array.setRequiresGradient(true);
            arrays[number] = array;
        }
        return array;
    }

    /** The array with this number as it is, to be learned by other means than gradients. */
    public NDArray constant(int number) {
        DenseLayout.Slice slice = parameters.slices().get(number);
        return manager.create(parameters.bytes(slice), slice.shape(), DataType.FLOAT32);
    }

    /** The gradient of an array after the backward pass, flat; empty if the array took no part. */
    Optional<FloatBuffer> gradient(int number) {
        NDArray array = arrays[number];
        return array == null ? Optional.empty() : Optional.of(floats(array.getGradient()));
    }

    /** A CPU array's floats without copying, valid while the array is; another device's as a copy. */
    public static FloatBuffer floats(NDArray array) {
        return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** An array's floats as a copy. */
    public static float[] toArray(NDArray array) {
        FloatBuffer floats = floats(array);
        float[] copy = new float[floats.remaining()];
        floats.get(copy);
        return copy;
    }
}
