package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;

/**
 * The singular values of an embedding matrix, and how evenly they share its length: the Information Abundance by which
 * dimensional collapse is told (Crocodile, arXiv 2405.12706, Sec. 3.1; Guo et al., "On the Embedding Collapse When Scaling up
 * Recommendation Models", 2023). The rows are not centred, as in the papers. Immutable.
 *
 * <p><b>How and how exactly.</b> The singular values are the square roots of those of the Gram matrix {@code A'A}, summed in
 * double precision in one pass over the rows: {@code count width^2} multiplications and {@code width^2} doubles of memory,
 * whatever the number of rows. Squaring costs half of the digits: a singular value {@code s} is off by about {@code 1e-13
 * s_1^2 / s}, so those below about {@code 3e-7 s_1} are noise of that size. The rows themselves, being floats, are known to
 * {@code 6e-8} only.
 */
public final class SingularSpectrum {

    private final double[] values;

    private SingularSpectrum(double[] values) {
        this.values = values;
    }

    /**
     * The spectrum of some rows. Empty without rows, where all entries are 0, and where one of them is not finite.
     *
     * @param rows [count, width], one row after the other
     * @param count number of rows, 0 or more
     * @param width number of columns, at least 1
     */
    public static Optional<SingularSpectrum> of(float[] rows, int count, int width) {
        if (count < 0 || width < 1 || rows.length != (long) count * width) {
            throw new IllegalArgumentException(
                    "%d floats as %d rows of width %d: expected count * width floats, count >= 0 and width >= 1"
                            .formatted(rows.length, count, width));
        }
        float largest = 0;
        for (float entry : rows) {
            if (!Float.isFinite(entry)) {
                return Optional.empty();
            }
            largest = Math.max(largest, Math.abs(entry));
        }
        if (largest == 0) {
            return Optional.empty();
        }
        // Entries of at most 1 keep the decomposition away from overflow and underflow.
        double[] squares = SingularOps_DDRM.singularValues(gram(rows, count, width, 1.0 / largest));
        // Fewer rows than columns have no more singular values than rows.
        double[] values = Arrays.copyOf(squares, Math.min(count, width));
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sqrt(values[i]) * largest;
        }
        return Optional.of(new SingularSpectrum(values));
    }

    private static DMatrixRMaj gram(float[] rows, int count, int width, double scale) {
        double[] gram = new double[width * width];
        double[] row = new double[width];
        for (int r = 0; r < count; r++) {
            for (int c = 0; c < width; c++) {
                row[c] = rows[r * width + c] * scale;
            }
            for (int i = 0; i < width; i++) {
                double factor = row[i];
                int offset = i * width;
                for (int j = i; j < width; j++) {
                    gram[offset + j] += factor * row[j];
                }
            }
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                gram[i * width + j] = gram[j * width + i];
            }
        }
        return DMatrixRMaj.wrap(width, width, gram);
    }

    /** [min(count, width)], the singular values in descending order, an array of the caller's own. */
    public double[] values() {
        return values.clone();
    }

    /** [min(count, width)], the singular values in descending order, each as a share of the largest. */
    public List<Float> shares() {
        return Arrays.stream(values)
                .mapToObj(value -> (float) (value / values[0]))
                .toList();
    }

    /**
     * Information Abundance {@code IA = ||s||_1 / ||s||_inf}, the sum of the singular values over the largest, in [1, width]:
     * 1 where all rows lie on one line, {@code width} where no direction is longer than another.
     */
    public double informationAbundance() {
        return Arrays.stream(values).sum() / values[0];
    }
}
