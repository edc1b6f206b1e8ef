package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalarTest {

    @Test
    void the_number_is_still_there_when_the_backward_pass_asks_for_it() {
        try (NDManager manager = ComputeDevice.CPU.open()) {
            for (int round = 0; round < 20; round++) {
                try (NDManager scope = manager.newSubManager()) {
                    Autograd.record();
                    NDArray weights = scope.create(new float[] {1, 2, 3});
                    weights.setRequiresGradient(true);
                    List<NDArray> products = new ArrayList<>();
                    for (int i = 0; i < 50; i++) {
                        products.add(Scalar.times(weights, 4f).sum());
                    }
                    reuseFreedMemory();
                    NDArray sum = products.get(0);
                    for (NDArray product : products.subList(1, products.size())) {
                        sum = sum.add(product);
                    }
                    Autograd.backward(sum);
                    assertThat(weights.getGradient().toFloatArray()).containsExactly(200f, 200f, 200f);
                }
            }
        }
    }

    /** Collects what nobody holds, and writes over the memory it stood in. */
    private static void reuseFreedMemory() {
        System.gc();
        System.runFinalization();
        for (int i = 0; i < 2000; i++) {
            ByteBuffer.allocateDirect(Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putFloat(0, 7e7f);
        }
    }
}
