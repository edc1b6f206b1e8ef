package io.caiman.model.zoo;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where a network is evaluated: weights and inputs, as numbers that may be moved one by one.
 *
 * @param dense arrays of weights by name
 * @param embeddings {@code [sets][batch][features * width]}
 * @param prior {@code [batch][prior features * dimension]}
 */
record Point(Map<String, double[]> dense, double[][][] embeddings, double[][] prior) {

    double[] array(String name) {
        return Objects.requireNonNull(dense.get(name), name);
    }

    Point copy() {
        Map<String, double[]> weights = new HashMap<>();
        dense.forEach((name, array) -> weights.put(name, array.clone()));
        double[][][] sets = new double[embeddings.length][][];
        for (int set = 0; set < sets.length; set++) {
            sets[set] = copy(embeddings[set]);
        }
        return new Point(weights, sets, copy(prior));
    }

    private static double[][] copy(double[][] rows) {
        double[][] copy = new double[rows.length][];
        for (int row = 0; row < rows.length; row++) {
            copy[row] = rows[row].clone();
        }
        return copy;
    }
}
