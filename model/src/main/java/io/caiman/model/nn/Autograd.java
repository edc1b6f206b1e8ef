package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Records what is computed and runs the backward pass. DJL's own gradient collector admits one collection at a time in
 * the whole process; going one level deeper lets several trainers of one JVM learn at once.
 */
public final class Autograd {

    private Autograd() {}

    /** From here on this thread's computations are recorded; a thread's default differs from thread to thread. */
    public static void record() {
        JniUtils.setGradMode(true);
    }

    /** From here on this thread's computations are not recorded. */
    public static void stop() {
        JniUtils.setGradMode(false);
    }

    /** Gives every leaf that a scalar was computed from its gradient of that scalar. */
    public static void backward(NDArray scalar) {
        NDArray one = scalar.getManager().ones(scalar.getShape());
        JniUtils.backward((PtNDArray) scalar, (PtNDArray) one, false, false);
    }
}
