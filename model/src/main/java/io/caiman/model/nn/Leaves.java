package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The dense weights as arrays that collect gradients, for one forward and backward pass. An array comes into being when
 * a layer asks for it, so a domain that is not in the batch costs nothing and gets no gradient.
 */
public final class Leaves {

    private final @Nullable NDArray[] arrays;
    private final IntFunction<NDArray> leaves;
    private final IntFunction<NDArray> constants;

    /**
     * Leaves that are yet to be made.
     *
     * @param count arrays in the layout
     * @param leaves makes the leaf of an array by its number
     * @param constants gives an array, by its number, without collecting gradients
     */
    Leaves(int count, IntFunction<NDArray> leaves, IntFunction<NDArray> constants) {
        this.arrays = new NDArray[count];
        this.leaves = leaves;
        this.constants = constants;
    }

    /** The array with this number in the layout. */
    public NDArray get(int number) {
        NDArray array = arrays[number];
        if (array == null) {
            array = leaves.apply(number);
            arrays[number] = array;
        }
        return array;
    }

    /** The array with this number as it is, to be learned by other means than gradients. */
    public NDArray constant(int number) {
        return constants.apply(number);
    }

    /** Whether the array with this number was asked for, and so takes part in the backward pass. */
    boolean present(int number) {
        return arrays[number] != null;
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
