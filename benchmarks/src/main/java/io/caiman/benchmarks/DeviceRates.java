package io.caiman.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.nn.AlignedFloats;
import io.caiman.model.nn.MatrixProduct;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How fast a device is at the things that bound a step, each a second's worth.
 *
 * @param operations floating-point operations of a large square matrix product
 * @param copiedBytes bytes of a large copy inside its memory, read and written counted both
 * @param crossing between Java's direct buffers and its memory; empty where they are the same memory
 */
record DeviceRates(double operations, double copiedBytes, Optional<Crossing> crossing) {

    private static final int ROUNDS = 10;

    /**
     * The way to the device and back.
     *
     * @param upBytes a second to the device
     * @param downBytes a second from the device
     */
    record Crossing(double upBytes, double downBytes) {}

    /** Measures them on random numbers, with sizes that fill the device. */
    static DeviceRates measure(NDManager manager) {
        boolean gpu = manager.getDevice().isGpu();
        long side = gpu ? 8192 : 1024;
        int floats = gpu ? 1 << 26 : 1 << 23;
        JniUtils.setGradMode(false);
        try (NDManager scope = manager.newSubManager()) {
            NDArray square = scope.randomNormal(new Shape(side, side));
            double product = seconds(() -> MatrixProduct.of(square, square));
            NDArray all = scope.randomNormal(new Shape(floats));
            double copy = seconds(all::duplicate);
            double bytes = (double) Float.BYTES * floats;
            Optional<Crossing> crossing = Optional.empty();
            if (gpu) {
                ByteBuffer buffer = AlignedFloats.allocate(floats);
                double up = seconds(() -> scope.create(buffer, new Shape(floats), DataType.FLOAT32));
                double down = seconds(() -> all.toDevice(ai.djl.Device.cpu(), true));
                crossing = Optional.of(new Crossing(bytes / up, bytes / down));
            }
            return new DeviceRates(2.0 * side * side * side / product, 2 * bytes / copy, crossing);
        }
    }

    /** Of one of several rounds, after one that warms up. */
    private static double seconds(Supplier<NDArray> work) {
        await(work.get());
        long start = System.nanoTime();
        for (int round = 1; round < ROUNDS; round++) {
            work.get().close();
        }
        await(work.get());
        return (System.nanoTime() - start) / 1e9 / ROUNDS;
    }

    /** Reading a number waits for all that was asked of the device. */
    private static void await(NDArray array) {
        try (array;
                NDArray one = array.reshape(-1).get(0)) {
            one.getFloat();
        }
    }
}
