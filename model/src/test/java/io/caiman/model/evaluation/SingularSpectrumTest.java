package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SingularSpectrumTest {

    /** Of the largest singular value: the square root of double precision, times a little. */
    private static final double SQUARED_PRECISION = 3e-7;

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 8", "5, 16", "16, 16", "300, 1", "300, 16", "2000, 64"})
    void singular_values_agree_with_rotating_columns_until_they_are_orthogonal(int count, int width) {
        for (long seed = 0; seed < 4; seed++) {
            float[] rows = decaying(seed, count, width);
            double[] expected = Arrays.copyOf(byRotations(rows, count, width), Math.min(count, width));

            SingularSpectrum spectrum = SingularSpectrum.of(rows, count, width).orElseThrow();

            assertThat(spectrum.values()).containsExactly(expected, within(SQUARED_PRECISION * expected[0]));
            assertThat(spectrum.informationAbundance())
                    .isCloseTo(Arrays.stream(expected).sum() / expected[0], within(SQUARED_PRECISION * width))
                    .isBetween(1.0, (double) width);
        }
    }

    @Test
    void values_that_are_not_small_are_exact_to_more_digits() {
        float[] rows = decaying(7, 3_000, 4);
        double[] expected = byRotations(rows, 3_000, 4);
        double[] values = SingularSpectrum.of(rows, 3_000, 4).orElseThrow().values();
        for (int i = 0; i < 4; i++) {
            double stated = 1e-13 * expected[0] * expected[0] / expected[i];
            assertThat(values[i]).isCloseTo(expected[i], within(stated));
        }
    }

    @Test
    void small_values_of_many_rows_are_off_by_no_more_than_stated() {
        int count = 200_000;
        int width = 16;
        Random random = new Random(3);
        float[] rows = new float[count * width];
        for (int r = 0; r < count; r++) {
            // Column 1 repeats column 0, so that one singular value is exactly 0.
            for (int c = 0; c < width; c++) {
                rows[r * width + c] = c == 1 ? rows[r * width] : 1 + (float) random.nextGaussian();
            }
        }
        double[] values = SingularSpectrum.of(rows, count, width).orElseThrow().values();
        assertThat(values[width - 1]).isBetween(0.0, SQUARED_PRECISION * values[0]);
        assertThat(values[width - 2]).isGreaterThan(0.1 * values[0]);
    }

    @Test
    void abundance_is_the_width_where_no_direction_is_longer_and_1_where_all_lie_on_a_line() {
        assertThat(SingularSpectrum.of(new float[] {3, 0, 0, 0, -3, 0, 0, 0, 3}, 3, 3)
                        .orElseThrow()
                        .informationAbundance())
                .isCloseTo(3, within(1e-12));
        assertThat(SingularSpectrum.of(new float[] {1, 2, 2, 4, -3, -6}, 3, 2)
                        .orElseThrow()
                        .informationAbundance())
                .isCloseTo(1, within(SQUARED_PRECISION));
    }

    @Test
    void rows_are_not_centred() {
        SingularSpectrum constant =
                SingularSpectrum.of(new float[] {5, 5, 5, 5}, 4, 1).orElseThrow();
        assertThat(constant.values()).containsExactly(new double[] {10}, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(floats = {0x1p-140f, 1e-20f, 1, 1e20f, 3e38f})
    void the_scale_of_the_rows_changes_the_values_but_not_the_abundance(float scale) {
        SingularSpectrum spectrum = SingularSpectrum.of(new float[] {scale, 0, 0, scale / 2, scale, 0}, 3, 2)
                .orElseThrow();
        double small = (double) (scale / 2) / scale;
        assertThat(spectrum.values()[0]).isCloseTo(scale * Math.sqrt(2), within(scale * 1e-12));
        assertThat(spectrum.informationAbundance()).isCloseTo(1 + small / Math.sqrt(2), within(1e-12));
    }

    @Test
    void the_spectrum_of_nothing_of_zeros_and_of_what_is_not_finite_is_undefined() {
        assertThat(SingularSpectrum.of(new float[0], 0, 4)).isEmpty();
        assertThat(SingularSpectrum.of(new float[] {0, -0f, 0, 0}, 2, 2)).isEmpty();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThat(SingularSpectrum.of(new float[] {1, 2, 3, bad}, 2, 2)).isEmpty();
        }
    }

    @Test
    void rows_that_are_not_count_times_width_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingularSpectrum.of(new float[5], 2, 3))
                .withMessageContaining("5 floats as 2 rows of width 3");
        assertThatIllegalArgumentException().isThrownBy(() -> SingularSpectrum.of(new float[0], 0, 0));
    }

    @Test
    void changing_the_values_handed_out_changes_nothing() {
        SingularSpectrum spectrum =
                SingularSpectrum.of(new float[] {3, 4}, 1, 2).orElseThrow();
        spectrum.values()[0] = 0;
        assertThat(spectrum.values()).containsExactly(new double[] {5}, within(1e-12));
    }

    /** Random rows whose directions get shorter and shorter, mixed so that no column shows it. */
    private static float[] decaying(long seed, int count, int width) {
        Random random = new Random(seed);
        double[] mix = random.doubles((long) width * width, -1, 1).toArray();
        float[] rows = new float[count * width];
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < width; i++) {
                double length = random.nextGaussian() * Math.pow(0.8, i);
                for (int c = 0; c < width; c++) {
                    rows[r * width + c] += (float) (length * mix[i * width + c]);
                }
            }
        }
        return rows;
    }

    /** One-sided Jacobi: rotates pairs of columns until all are orthogonal; their lengths are the singular values. */
    private static double[] byRotations(float[] rows, int count, int width) {
        double[][] columns = new double[width][count];
        for (int i = 0; i < rows.length; i++) {
            columns[i % width][i / width] = rows[i];
        }
        for (int sweep = 0; sweep < 40; sweep++) {
            for (int p = 0; p < width; p++) {
                for (int q = p + 1; q < width; q++) {
                    rotate(columns[p], columns[q]);
                }
            }
        }
        return Arrays.stream(columns)
                .map(column -> -Math.sqrt(dot(column, column)))
                .sorted()
                .mapToDouble(negated -> -negated)
                .toArray();
    }

    private static void rotate(double[] p, double[] q) {
        double product = dot(p, q);
        if (Math.abs(product) <= 1e-15 * Math.sqrt(dot(p, p) * dot(q, q))) {
            return;
        }
        double zeta = (dot(q, q) - dot(p, p)) / (2 * product);
        double tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        double cosine = 1 / Math.hypot(1, tangent);
        for (int r = 0; r < p.length; r++) {
            double before = p[r];
            p[r] = cosine * (before - tangent * q[r]);
            q[r] = cosine * (tangent * before + q[r]);
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
