package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** The square root with a finite gradient everywhere. */
final class SafeRoot {

    private SafeRoot() {}

    /** The root of each value above the floor; 0, with a gradient of 0, for the others, for which it may be infinite. */
    static NDArray of(NDArray values, NDArray floor) {
        return ofThose(values, values.stopGradient().gt(floor));
    }

    /** As above, with one floor, at least 0, for all values. */
    static NDArray of(NDArray values, float floor) {
        return ofThose(values, values.stopGradient().gt(floor));
    }

    private static NDArray ofThose(NDArray values, NDArray isAbove) {
        NDArray above = isAbove.toType(DataType.FLOAT32, false);
        NDArray others = above.neg().add(1f);
        return values.mul(above).add(others).sqrt().mul(above);
    }
}
