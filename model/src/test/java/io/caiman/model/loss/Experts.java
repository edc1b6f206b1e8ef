package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Autograd;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Made-up outputs {@code [expert][sample][dimension]} and gates {@code [sample][expert][width]} of experts, and what a
 * loss makes of them. Values are single-precision numbers, so that an array holds them exactly.
 */
record Experts(double[][][] outputs, double[][][] gates) {

    record Result(double loss, double[][][] outputGradient, double[][][] gateGradient) {}

    /** Outputs as after a ReLU, about a third of them 0. */
    static Experts random(long seed, int experts, int samples, int dimension, int width) {
        Random random = new Random(seed);
        double[][][] outputs = new double[experts][samples][dimension];
        double[][][] gates = new double[samples][experts][width];
        forEach(outputs, row -> Arrays.setAll(row, i -> (float) Math.max(0, 0.4 + random.nextGaussian())));
        forEach(gates, row -> Arrays.setAll(row, i -> 0.1 + random.nextDouble()));
        for (double[][] sample : gates) {
            for (int i = 0; i < width; i++) {
                int column = i;
                double sum = Stream.of(sample).mapToDouble(row -> row[column]).sum();
                Stream.of(sample).forEach(row -> row[column] = (float) (row[column] / sum));
            }
        }
        return new Experts(outputs, gates);
    }

    /** The same, with one expert whose outputs are all 0. */
    Experts withDead(int expert) {
        double[][][] changed = outputs.clone();
        changed[expert] = new double[changed[expert].length][changed[expert][0].length];
        return new Experts(changed, gates);
    }

    Result result(ExpertLoss loss, NDManager parent) {
        try (NDManager manager = parent.newSubManager()) {
            Autograd.record();
            NDArray outputArray = leaf(manager, outputs);
            NDArray gateArray = leaf(manager, gates);
            NDArray scalar = loss.of(outputArray, () -> gateArray);
            Autograd.backward(scalar);
            return new Result(scalar.getFloat(), gradient(outputArray), gradient(gateArray));
        }
    }

    private static NDArray leaf(NDManager manager, double[][][] values) {
        Shape shape = new Shape(values.length, values[0].length, values[0][0].length);
        float[] flat = new float[(int) shape.size()];
        int[] next = {0};
        forEach(values, row -> {
            for (double value : row) {
                flat[next[0]++] = (float) value;
            }
        });
        NDArray array = manager.create(flat, shape);
        array.setRequiresGradient(true);
        return array;
    }

    /** Zeros where the loss did not read the array. */
    private static double[][][] gradient(NDArray array) {
        int[] shape = Arrays.stream(array.getShape().getShape())
                .mapToInt(Math::toIntExact)
                .toArray();
        double[][][] gradient = new double[shape[0]][shape[1]][shape[2]];
        float[] flat = array.getGradient().toFloatArray();
        int[] next = {0};
        forEach(gradient, row -> Arrays.setAll(row, i -> flat[next[0]++]));
        return gradient;
    }

    static void forEach(double[][][] values, Consumer<double[]> action) {
        Stream.of(values).flatMap(Stream::of).forEach(action);
    }
}
