package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Products of arrays and numbers that a backward pass can go through. */
public final class Scalar {

    private Scalar() {}

    /**
     * The array times a number. Not {@link NDArray#mul(Number)}: the memory of DJL's own array of one number belongs to a
     * Java buffer that may be collected before the backward pass reads it, which then scales by whatever is found there.
     */
    public static NDArray times(NDArray array, float factor) {
        return array.mul(array.getManager().full(new Shape(), factor, DataType.FLOAT32));
    }
}
