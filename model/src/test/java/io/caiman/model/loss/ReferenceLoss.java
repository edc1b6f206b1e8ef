package io.caiman.model.loss;

import io.caiman.model.spec.Disentangling;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** The losses as their formulas read, one term after the other, in doubles: {@code o[expert][sample][dimension]}. */
final class ReferenceLoss {

    private ReferenceLoss() {}

    /** The loss without normalization; gates are {@code [sample][expert][width]}. */
    static double of(Disentangling loss, double[][][] o, double[][][] gates) {
        if (loss == Disentangling.IMPORTANCE) {
            return importance(gates);
        }
        double sum = 0;
        for (int p = 0; p < o.length; p++) {
            for (int q = 0; q < p; q++) {
                sum += switch (loss) {
                    case COVARIANCE -> covariance(o[p], o[q]);
                    case DOT -> dot(o[p], o[q]);
                    case COSINE -> cosine(o[p], o[q]);
                    case DISTANCE_CORRELATION -> distanceCorrelation(o[p], o[q]);
                    case ORTHOGONAL_LOW_RANK -> frobenius(product(o[p], o[q]));
                    case EQUIVALENT_TRANSFORMATION -> residual(o[p], o[q]);
                    case NONE, IMPORTANCE -> throw new IllegalArgumentException("no loss of pairs: " + loss);
                };
            }
        }
        return sum;
    }

    private static double covariance(double[][] p, double[][] q) {
        double sum = 0;
        for (double[] row : product(centered(p), centered(q))) {
            for (double entry : row) {
                sum += Math.abs(entry);
            }
        }
        return sum / (p[0].length * p[0].length);
    }

    private static double dot(double[][] p, double[][] q) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += Math.abs(inner(p[k], q[k])) / p[k].length;
        }
        return sum;
    }

    private static double cosine(double[][] p, double[][] q) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            double lengths = Math.sqrt(inner(p[k], p[k])) * Math.sqrt(inner(q[k], q[k]));
            sum += lengths == 0 ? 0 : Math.abs(inner(p[k], q[k])) / lengths;
        }
        return sum;
    }

    private static double distanceCorrelation(double[][] p, double[][] q) {
        double[][] a = centeredDistances(p);
        double[][] b = centeredDistances(q);
        double variances = distanceCovariance(a, a) * distanceCovariance(b, b);
        return variances == 0 ? 0 : Math.sqrt(distanceCovariance(a, b) / Math.sqrt(variances));
    }

    private static double distanceCovariance(double[][] a, double[][] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += inner(a[k], b[k]);
        }
        return sum / (a.length * a.length);
    }

    private static double[][] centeredDistances(double[][] x) {
        int n = x.length;
        double[][] distances = new double[n][n];
        double[] means = new double[n];
        double mean = 0;
        for (int k = 0; k < n; k++) {
            for (int l = 0; l < n; l++) {
                double squared = 0;
                for (int i = 0; i < x[k].length; i++) {
                    squared += (x[k][i] - x[l][i]) * (x[k][i] - x[l][i]);
                }
                distances[k][l] = Math.sqrt(squared);
                means[k] += distances[k][l] / n;
                mean += distances[k][l] / (n * n);
            }
        }
        for (int k = 0; k < n; k++) {
            for (int l = 0; l < n; l++) {
                distances[k][l] += mean - means[k] - means[l];
            }
        }
        return distances;
    }

    /** By the nuclear norm, where the loss itself computes the map and applies it. */
    private static double residual(double[][] p, double[][] q) {
        DMatrixRMaj product = new DMatrixRMaj(product(p, q));
        SingularValueDecomposition_F64<DMatrixRMaj> decomposition =
                DecompositionFactory_DDRM.svd(product.numRows, product.numCols, false, false, true);
        decomposition.decompose(product);
        double nuclear = Arrays.stream(decomposition.getSingularValues(), 0, decomposition.numberOfSingularValues())
                .sum();
        return Math.pow(frobenius(p), 2) + Math.pow(frobenius(q), 2) - 2 * nuclear;
    }

    private static double importance(double[][][] gates) {
        int experts = gates[0].length;
        double[] importance = new double[experts];
        for (double[][] sample : gates) {
            for (int p = 0; p < experts; p++) {
                importance[p] += Arrays.stream(sample[p]).average().orElseThrow();
            }
        }
        double mean = Arrays.stream(importance).average().orElseThrow();
        double variance = Arrays.stream(importance)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        return variance / (mean * mean);
    }

    private static double[][] centered(double[][] x) {
        double[][] centered = new double[x.length][x[0].length];
        for (int i = 0; i < x[0].length; i++) {
            double mean = 0;
            for (double[] sample : x) {
                mean += sample[i] / x.length;
            }
            for (int k = 0; k < x.length; k++) {
                centered[k][i] = x[k][i] - mean;
            }
        }
        return centered;
    }

    /** P^T Q. */
    private static double[][] product(double[][] p, double[][] q) {
        double[][] product = new double[p[0].length][q[0].length];
        for (int k = 0; k < p.length; k++) {
            for (int i = 0; i < p[k].length; i++) {
                for (int j = 0; j < q[k].length; j++) {
                    product[i][j] += p[k][i] * q[k][j];
                }
            }
        }
        return product;
    }

    private static double frobenius(double[][] matrix) {
        double squares = 0;
        for (double[] row : matrix) {
            squares += inner(row, row);
        }
        return Math.sqrt(squares);
    }

    private static double inner(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
