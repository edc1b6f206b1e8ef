package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixProductTest {

    /** Of sums of a thousand products of numbers up to 1, in single precision. */
    private static final double ROUNDING = 1e-3;

    private final SplittableRandom random = new SplittableRandom(5);

    @ParameterizedTest
    @CsvSource({
        "7, 5, 3, false", // too few products
        "1021, 320, 256, false", // a prime number of rows: no images
        "240, 320, 256, false", // too few pixels in an image
        "256, 320, 256, true",
        "1000, 120, 96, true",
        "1024, 320, 256, true",
    })
    void products_and_their_gradients_are_those_of_plain_loops(int rows, int inner, int columns, boolean large) {
        float[] left = numbers(rows * inner);
        float[] right = numbers(inner * columns);
        float[] bias = numbers(columns);
        float[] slope = numbers(rows * columns);
        try (NDManager manager = ComputeDevice.CPU.open()) {
            Autograd.record();
            NDArray x = leaf(manager, left, new Shape(rows, inner));
            NDArray w = leaf(manager, right, new Shape(inner, columns));
            NDArray b = leaf(manager, bias, new Shape(1, columns));
            assertThat(MatrixProduct.isLarge(x, rows, w.getShape())).isEqualTo(large);
            NDArray product = MatrixProduct.of(x, w, b);
            Autograd.backward(
                    product.mul(manager.create(slope, product.getShape())).sum());

            double[] expected = product(left, right, rows, inner, columns);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += bias[i % columns];
            }
            close(product.toFloatArray(), expected);
            close(MatrixProduct.of(x, w), product(left, right, rows, inner, columns));
            close(x.getGradient(), product(slope, turned(right, columns), rows, columns, inner));
            close(w.getGradient(), product(turned(left, inner), slope, inner, rows, columns));
            double[] sums = new double[columns];
            for (int i = 0; i < slope.length; i++) {
                sums[i % columns] += slope[i];
            }
            close(b.getGradient(), sums);
        }
    }

    @Test
    void experts_of_a_large_batch_give_what_they_give_to_its_parts() {
        for (int experts : new int[] {1, 3}) {
            for (boolean shared : new boolean[] {true, false}) {
                compare(experts, shared);
            }
        }
    }

    /** A large batch and its sixteenths, which are too small for convolutions. */
    private void compare(int experts, boolean shared) {
        int batch = 512;
        int width = 160;
        int part = batch / 16;
        DenseLayout layout = new DenseLayout();
        ExpertLayers layers = new ExpertLayers(layout, "experts", experts, width, List.of(128, 96));
        int inputs = shared ? 1 : experts;
        float[] values = numbers(inputs * batch * width);
        float[] slope = numbers(experts * batch * 96);
        try (NDManager manager = ComputeDevice.CPU.open()) {
            Autograd.record();
            DenseParameters parameters = new DenseParameters(layout, 3);
            NDArray input = leaf(manager, values, new Shape(inputs, batch, width));
            NDArray slopes = manager.create(slope, new Shape(experts, batch, 96));
            assertThat(MatrixProduct.isLarge(input, batch, new Shape(width, 128)))
                    .isTrue();
            assertThat(MatrixProduct.isLarge(input, part, new Shape(width, 128)))
                    .isFalse();

            Leaves whole = parameters.leaves(manager);
            NDArray outputs = layers.forward(whole, input);
            Autograd.backward(outputs.mul(slopes).sum());
            float[] together = gradients(layout, whole);

            double[] sums = new double[layout.size()];
            for (int from = 0; from < batch; from += part) {
                String rows = ":, %d:%d".formatted(from, from + part);
                Leaves own = parameters.leaves(manager);
                NDArray some = leaf(manager, input.get(rows).toFloatArray(), new Shape(inputs, part, width));
                NDArray expected = layers.forward(own, some);
                Autograd.backward(expected.mul(slopes.get(rows)).sum());
                close(outputs.get(rows), doubles(expected.toFloatArray()));
                close(input.getGradient().get(rows), doubles(some.getGradient().toFloatArray()));
                float[] gradients = gradients(layout, own);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += gradients[i];
                }
            }
            close(together, sums);
        }
    }

    /** The gradients of all weights, laid out as those are. */
    private static float[] gradients(DenseLayout layout, Leaves leaves) {
        DenseGradients loaded = new DenseGradients(layout);
        loaded.load(leaves);
        float[] gradients = new float[layout.size()];
        for (int number = 0; number < layout.slices().size(); number++) {
            DenseLayout.Slice slice = layout.slices().get(number);
            loaded.get(number, 0, gradients, slice.offset(), slice.length());
        }
        return gradients;
    }

    private static void close(NDArray actual, double[] expected) {
        close(actual.toFloatArray(), expected);
    }

    private static void close(float[] values, double[] expected) {
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            if (Math.abs(values[i] - expected[i]) > ROUNDING) {
                assertThat((double) values[i]).as("value %s", i).isCloseTo(expected[i], within(ROUNDING));
            }
        }
    }

    private static NDArray leaf(NDManager manager, float[] values, Shape shape) {
        NDArray array = manager.create(values, shape);
        array.setRequiresGradient(true);
        return array;
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextDouble(-1, 1);
        }
        return numbers;
    }

    private static double[] product(float[] left, float[] right, int rows, int inner, int columns) {
        double[] product = new double[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < inner; i++) {
                for (int column = 0; column < columns; column++) {
                    product[row * columns + column] += (double) left[row * inner + i] * right[i * columns + column];
                }
            }
        }
        return product;
    }

    /** The transpose of a matrix with so many columns. */
    private static float[] turned(float[] matrix, int columns) {
        float[] turned = new float[matrix.length];
        int rows = matrix.length / columns;
        for (int i = 0; i < matrix.length; i++) {
            turned[i % columns * rows + i / columns] = matrix[i];
        }
        return turned;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
