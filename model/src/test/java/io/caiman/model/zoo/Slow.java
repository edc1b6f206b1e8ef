package io.caiman.model.zoo;

import java.util.Arrays;
import java.util.List;

/** Layers in doubles and plain loops, one sample at a time. */
final class Slow {

    private Slow() {}

    /** x W + b. */
    static double[] linear(Point at, String name, double... x) {
        double[] bias = at.array(name + ".bias");
        return plus(product(x, at.array(name + ".weight"), bias.length), bias);
    }

    /** ReLU(x W + b), layer after layer. */
    static double[] mlp(Point at, String name, int layers, double... x) {
        double[] hidden = x;
        for (int layer = 0; layer < layers; layer++) {
            hidden = relu(linear(at, name + "." + layer, hidden));
        }
        return hidden;
    }

    /** An MLP and one more layer, of which one output. */
    static double tower(Point at, String name, int hiddenLayers, int output, double... x) {
        return linear(at, name + "." + hiddenLayers, mlp(at, name, hiddenLayers, x))[output];
    }

    /** The output of one of several experts whose weights lie one behind the other. */
    static double[] expert(Point at, String name, int number, List<Integer> widths, double... x) {
        double[] hidden = x;
        for (int layer = 0; layer < widths.size(); layer++) {
            int width = widths.get(layer);
            double[] weight = part(at.array(name + "." + layer + ".weight"), number, hidden.length * width);
            double[] bias = part(at.array(name + "." + layer + ".bias"), number, width);
            hidden = relu(plus(product(hidden, weight, width), bias));
        }
        return hidden;
    }

    /** x W. */
    static double[] product(double[] x, double[] weight, int columns) {
        double[] out = new double[columns];
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < x.length; i++) {
                out[j] += x[i] * weight[i * columns + j];
            }
        }
        return out;
    }

    static double[] softmax(double... scores) {
        double[] out = Arrays.stream(scores).map(Math::exp).toArray();
        double sum = Arrays.stream(out).sum();
        return Arrays.stream(out).map(x -> x / sum).toArray();
    }

    /** The sum of rows, each times its weight. */
    static double[] mix(double[] weights, double[][] rows) {
        double[] out = new double[rows[0].length];
        for (int p = 0; p < rows.length; p++) {
            for (int j = 0; j < out.length; j++) {
                out[j] += weights[p] * rows[p][j];
            }
        }
        return out;
    }

    static double[] relu(double... x) {
        return Arrays.stream(x).map(value -> Math.max(0, value)).toArray();
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double[] plus(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i] + y[i]);
        return out;
    }

    static double[] times(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i] * y[i]);
        return out;
    }

    static double dot(double[] x, double[] y) {
        return Arrays.stream(times(x, y)).sum();
    }

    static double[] concat(double[]... parts) {
        return Arrays.stream(parts).flatMapToDouble(Arrays::stream).toArray();
    }

    static double[] part(double[] x, int number, int width) {
        return Arrays.copyOfRange(x, number * width, (number + 1) * width);
    }
}
