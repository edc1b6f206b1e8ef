package io.caiman.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.model.loss.Experts.Result;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.Disentangling;
import io.caiman.model.spec.LossSpec;
import io.caiman.model.spec.LossSpec.CrossEntropy;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What holds for every loss between experts. */
class DisentanglingTest {

    private static final double RELATIVE = 2e-5;
    private static final double GRADIENT_RELATIVE = 2e-3;
    private static final double STEP = 1e-5;
    /** As single precision leaves of the squares of numbers that would cancel out in exact arithmetic. */
    private static final double ROUNDING = 1e-5;

    private static final Set<Disentangling> NOT_SUMS_OVER_SAMPLES =
            EnumSet.of(Disentangling.DISTANCE_CORRELATION, Disentangling.IMPORTANCE);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = ComputeDevice.CPU.open();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Batches smaller and larger than the dimension, two experts and more, even and odd, gates of both widths. */
    private static List<Experts> shapes() {
        return List.of(
                Experts.random(1, 3, 12, 5, 5),
                Experts.random(2, 2, 4, 7, 1),
                Experts.random(3, 5, 33, 6, 1),
                Experts.random(4, 4, 2, 3, 3),
                Experts.random(5, 2, 9, 1, 1),
                Experts.random(6, 10, 8, 4, 4));
    }

    private static Optional<ExpertLoss> loss(Disentangling kind, Normalization normalization) {
        return ExpertLoss.of(new LossSpec(CrossEntropy.MEAN, Map.of(), kind, 1f, normalization, 0));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void agrees_with_its_formula_term_by_term(Disentangling kind) {
        for (Experts experts : shapes()) {
            double expected = ReferenceLoss.of(kind, experts.outputs(), experts.gates());
            assertThat(result(kind, Normalization.NONE, experts).loss())
                    .isCloseTo(expected, within(RELATIVE * Math.max(1, expected)));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void batch_normalization_divides_sums_over_samples_by_their_number(Disentangling kind) {
        for (Experts experts : shapes()) {
            Result none = result(kind, Normalization.NONE, experts);
            Result batch = result(kind, Normalization.BATCH, experts);
            int divisor = NOT_SUMS_OVER_SAMPLES.contains(kind) ? 1 : experts.gates().length;

            assertThat(batch.loss()).isCloseTo(none.loss() / divisor, within(RELATIVE * Math.max(1, none.loss())));
            assertThat(batch.outputGradient()[0][0][0])
                    .isCloseTo(none.outputGradient()[0][0][0] / divisor, within(RELATIVE));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void gradient_agrees_with_finite_differences_of_the_formula(Disentangling kind) {
        for (Experts experts : shapes()) {
            Result result = result(kind, Normalization.NONE, experts);
            DoubleSupplier formula = () -> ReferenceLoss.of(kind, experts.outputs(), experts.gates());

            assertGradient(experts.outputs(), result.outputGradient(), formula);
            assertGradient(experts.gates(), result.gateGradient(), formula);
        }
    }

    /** Where the formula has a kink within a step, as at two equal rows, the slopes on both sides bound the gradient. */
    private static void assertGradient(double[][][] values, double[][][] gradient, DoubleSupplier formula) {
        double here = formula.getAsDouble();
        double scale = Math.max(1, largest(gradient));
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                for (int k = 0; k < values[i][j].length; k++) {
                    double value = values[i][j][k];
                    values[i][j][k] = value + STEP;
                    double above = (formula.getAsDouble() - here) / STEP;
                    values[i][j][k] = value - STEP;
                    double below = (here - formula.getAsDouble()) / STEP;
                    values[i][j][k] = value;
                    assertThat(gradient[i][j][k])
                            .as("gradient [%d, %d, %d]", i, j, k)
                            .isBetween(
                                    Math.min(above, below) - GRADIENT_RELATIVE * scale,
                                    Math.max(above, below) + GRADIENT_RELATIVE * scale);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void is_finite_and_agrees_with_its_formula_where_experts_are_dead(Disentangling kind) {
        for (Experts experts : shapes()) {
            Experts oneDead = experts.withDead(0);
            Result one = result(kind, Normalization.NONE, oneDead);
            Result all = result(kind, Normalization.NONE, allDead(experts));

            double expected = ReferenceLoss.of(kind, oneDead.outputs(), oneDead.gates());
            assertThat(one.loss()).isCloseTo(expected, within(RELATIVE * Math.max(1, expected)));
            assertThat(all.loss()).isFinite();
            assertFinite(one);
            assertFinite(all);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"NONE", "EQUIVALENT_TRANSFORMATION"})
    void a_dead_expert_gets_and_gives_no_gradient(Disentangling kind) {
        for (Experts experts : shapes()) {
            double[][][] both =
                    result(kind, Normalization.NONE, allDead(experts)).outputGradient();
            double[][][] one =
                    result(kind, Normalization.NONE, experts.withDead(0)).outputGradient();

            assertThat(largest(both)).isZero();
            assertThat(largest(new double[][][] {one[0]})).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void is_finite_where_samples_are_alike(Disentangling kind) {
        Experts experts = Experts.random(7, 3, 6, 4, 4);
        double[][][] outputs = experts.outputs();
        for (double[][] expert : outputs) {
            expert[1] = expert[0];
            expert[2] = new double[4];
            expert[3] = new double[4];
        }
        assertFinite(result(kind, Normalization.NONE, experts));
        for (double[][] expert : outputs) {
            Arrays.fill(expert, expert[0]);
        }
        assertFinite(result(kind, Normalization.NONE, experts));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void a_single_expert_has_no_loss(Disentangling kind) {
        Result result = result(kind, Normalization.NONE, Experts.random(8, 1, 6, 4, 1));

        assertThat(result.loss()).isZero();
        assertThat(largest(result.outputGradient())).isZero();
        assertThat(largest(result.gateGradient())).isCloseTo(0, within(ROUNDING));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void a_single_sample_is_finite_and_agrees_with_its_formula(Disentangling kind) {
        for (Normalization normalization : Normalization.values()) {
            Experts experts = Experts.random(9, 3, 1, 4, 4);
            Result result = result(kind, normalization, experts);

            assertFinite(result);
            assertThat(result.loss())
                    .isCloseTo(ReferenceLoss.of(kind, experts.outputs(), experts.gates()), within(ROUNDING));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void what_is_not_a_number_makes_a_loss_that_is_not_finite(Disentangling kind) {
        Experts experts = Experts.random(10, 3, 6, 4, 4);
        experts.outputs()[1][2][3] = Double.NaN;
        experts.gates()[1][2][3] = Double.NaN;

        assertThat(result(kind, Normalization.NONE, experts).loss()).isNaN();
    }

    @Test
    void none_has_no_loss() {
        assertThat(loss(Disentangling.NONE, Normalization.BATCH)).isEmpty();
    }

    @Test
    void has_the_names_of_specs() {
        ObjectMapper mapper = new ObjectMapper();
        assertThat(Stream.of(Disentangling.values()).map(value -> mapper.convertValue(value, String.class)))
                .containsExactly("none", "covariance", "dot", "cosine", "dcorr", "ole", "importance", "trans5");
        assertThat(Stream.of(Normalization.values()).map(value -> mapper.convertValue(value, String.class)))
                .containsExactly("none", "batch");
    }

    private Result result(Disentangling kind, Normalization normalization, Experts experts) {
        return experts.result(loss(kind, normalization).orElseThrow(), manager);
    }

    private static Experts allDead(Experts experts) {
        Experts dead = experts;
        for (int p = 0; p < experts.outputs().length; p++) {
            dead = dead.withDead(p);
        }
        return dead;
    }

    private static void assertFinite(Result result) {
        assertThat(result.loss()).isFinite();
        assertThat(largest(result.outputGradient())).isFinite();
        assertThat(largest(result.gateGradient())).isFinite();
    }

    /** Not finite if one of the values is not. */
    private static double largest(double[][][] values) {
        double[] largest = {0};
        Experts.forEach(values, row -> {
            for (double value : row) {
                largest[0] = Math.max(largest[0], Math.abs(value));
            }
        });
        return largest[0];
    }
}
