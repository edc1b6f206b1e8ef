package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingularSpectrumTest {

    /** Of the largest singular value, as the Javadoc states it. */
    private static final double RELATIVE = 1e-6;

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "5, 8, 1", "50, 4, 1", "400, 16, 1", "60, 6, 1e-20", "60, 6, 1e15"})
    void agrees_with_one_sided_jacobi_rotations(int count, int width, float scale) {
        Random random = new Random(count * 31L + width);
        float[] rows = new float[count * width];
        for (int i = 0; i < rows.length; i++) {
            // Columns of very different lengths, as collapsing embeddings have.
            rows[i] = scale * (float) (random.nextGaussian() * Math.pow(0.5, i % width) + 0.3);
        }
        double[] expected = jacobi(rows, count, width);

        SingularSpectrum spectrum = SingularSpectrum.of(rows, count, width).orElseThrow();

        double[] values = spectrum.values();
        assertThat(values).hasSize(Math.min(count, width));
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(RELATIVE * expected[0]));
        }
        double abundance = Arrays.stream(expected).sum() / expected[0];
        assertThat(spectrum.informationAbundance()).isCloseTo(abundance, within(RELATIVE * width));
    }

    @Test
    void rows_on_one_line_have_an_abundance_of_one_and_axes_of_equal_length_of_their_number() {
        float[] line = {1, 2, 3, 2, 4, 6, -1, -2, -3};
        float[] axes = {2, 0, 0, 0, 2, 0, 0, 0, -2};
        assertThat(SingularSpectrum.of(line, 3, 3).orElseThrow().informationAbundance())
                .isCloseTo(1, within(RELATIVE));
        assertThat(SingularSpectrum.of(axes, 3, 3).orElseThrow().informationAbundance())
                .isCloseTo(3, within(RELATIVE));
    }

    @Test
    void nothing_zeros_and_what_is_not_finite_have_no_spectrum() {
        assertThat(SingularSpectrum.of(new float[0], 0, 3)).isEmpty();
        assertThat(SingularSpectrum.of(new float[6], 2, 3)).isEmpty();
        assertThat(SingularSpectrum.of(new float[] {1, Float.NaN}, 1, 2)).isEmpty();
        assertThat(SingularSpectrum.of(new float[] {1, Float.POSITIVE_INFINITY}, 1, 2))
                .isEmpty();
    }

    /** Rotates pairs of columns until all are orthogonal; their lengths then are the singular values. */
    private static double[] jacobi(float[] rows, int count, int width) {
        double[][] columns = new double[width][count];
        for (int i = 0; i < rows.length; i++) {
            columns[i % width][i / width] = rows[i];
        }
        for (int sweep = 0; sweep < 60; sweep++) {
            for (int p = 0; p < width; p++) {
                for (int q = p + 1; q < width; q++) {
                    rotate(columns[p], columns[q]);
                }
            }
        }
        double[] lengths = Arrays.stream(columns)
                .mapToDouble(column -> Math.sqrt(dot(column, column)))
                .sorted()
                .toArray();
        double[] descending = new double[width];
        Arrays.setAll(descending, i -> lengths[width - 1 - i]);
        return descending;
    }

    private static void rotate(double[] a, double[] b) {
        double product = dot(a, b);
        if (product == 0) {
            return;
        }
        double zeta = (dot(b, b) - dot(a, a)) / (2 * product);
        double t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double cosine = 1 / Math.sqrt(1 + t * t);
        double sine = cosine * t;
        for (int i = 0; i < a.length; i++) {
            double old = a[i];
            a[i] = cosine * old - sine * b[i];
            b[i] = sine * old + cosine * b[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
