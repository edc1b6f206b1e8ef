package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.AlignedFloats;
import io.caiman.model.nn.Autograd;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseGradients;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.DenseParameters;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network against its paper's formulas: logits, and gradients of all weights and inputs. */
class NetworkFormulasTest {

    /** Float forward pass against doubles. */
    private static final double LOGIT_TOLERANCE = 2e-5;
    /** Float gradients against central differences of doubles, relative to the largest gradient of the array. */
    private static final double GRADIENT_TOLERANCE = 2e-3;

    private static final double DIFFERENCE_STEP = 1e-6;

    /** Samples of each domain: all of them, two, one. */
    private static final int[][] COUNTS = {{3, 2, 4}, {2, 0, 3}, {0, 4, 0}};

    /** Small ones, where a network has any. */
    private static final Map<NetworkKind, List<String>> OPTIONS = Map.of(
            NetworkKind.PLE,
                    List.of(
                            "{shared-experts: 2, domain-experts: 1, levels: 1}",
                            "{shared-experts: 1, domain-experts: 2, levels: 3}"),
            NetworkKind.ME_PLE, List.of("{levels: 1}", "{shared-experts: 2, levels: 2}"),
            NetworkKind.STEM, List.of("{}", "{shared-experts: 2, domain-experts: 3}"),
            NetworkKind.STAR, List.of("{auxiliary: [3]}"),
            NetworkKind.ADASPARSE,
                    List.of(
                            "{threshold: 0.9, sparsity-weight: 2.0}",
                            "{threshold: 0.0, sharpness: 1.0, least-sparsity: 0.0, most-sparsity: 1.0}"),
            NetworkKind.PEPNET, List.of("{gate-width: 3}"),
            NetworkKind.AUTOINT, List.of("{levels: 2, heads: 3, width: 2}"),
            NetworkKind.XDEEPFM, List.of("{maps: [4, 2]}"));

    static Stream<Arguments> networks() {
        Stream<Arguments> alone = Arrays.stream(NetworkKind.values())
                .flatMap(kind -> OPTIONS.getOrDefault(kind, List.of("")).stream()
                        .map(given -> Specs.small(kind, options(given))))
                .flatMap(spec -> Stream.concat(
                        Arrays.stream(COUNTS).map(counts -> Arguments.of(spec.network(), spec, counts)),
                        Stream.of(Arguments.of(spec.network(), Specs.withTasks(spec, "click", "like"), COUNTS[0]))));
        return Stream.concat(alone, plugged());
    }

    private static String options(String given) {
        return given.isEmpty() ? "" : "options: " + given + "\n";
    }

    private static Stream<Arguments> plugged() {
        Stream<Arguments> whole = Arrays.stream(NetworkKind.values())
                .filter(kind -> !kind.plugIns().isEmpty())
                .flatMap(kind -> {
                    ModelSpec spec = Specs.plugged(
                            kind,
                            options(OPTIONS.getOrDefault(kind, List.of("")).get(0)));
                    return Stream.of(
                            Arguments.of(kind, spec, COUNTS[1]),
                            Arguments.of(kind, Specs.withTasks(spec, "click", "like"), COUNTS[0]));
                });
        Stream<Arguments> half = Stream.of(NetworkKind.CROCODILE, NetworkKind.MLP)
                .flatMap(kind -> Stream.of("epnet: [domain]", "ppnet: [user, item]")
                        .map(plugIn -> Arguments.of(kind, Specs.plugged(kind, plugIn, ""), COUNTS[0])));
        return Stream.concat(whole, half);
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("networks")
    void logits_and_gradients_are_those_of_the_paper_s_formulas(NetworkKind kind, ModelSpec spec, int[] counts) {
        Random random = new Random(31);
        Network network = Network.of(spec);
        DenseParameters parameters = new DenseParameters(network.layout(), 5);
        perturb(random, parameters);
        int batch = Arrays.stream(counts).sum();
        int[] domains = domains(counts, batch);
        Point at = point(random, spec, parameters, batch);
        Point constant = at.copy();
        int tasks = spec.tasks().size();
        ReferenceNetwork[] references = new ReferenceNetwork[tasks];
        Arrays.setAll(references, task -> new ReferenceNetwork(spec, task));
        double[] slopes = random.doubles((long) batch * tasks, -1, 1)
                .map(slope -> (float) slope)
                .toArray();
        DoubleSupplier objective = () -> {
            double sum = references[0].penalty(at, constant, domains);
            for (int i = 0; i < slopes.length; i++) {
                int k = i / tasks;
                sum += slopes[i] * references[i % tasks].logit(at, constant, k, domains[k]);
            }
            return sum;
        };
        try (NDManager manager = ComputeDevice.CPU.open()) {
            Autograd.record();
            int width = spec.features().size() * spec.embeddingWidth();
            NDArray embeddings = array(manager, new Shape(spec.embeddingSets(), batch, width), at.embeddings());
            Optional<NDArray> prior = Optional.of(spec)
                    .filter(read -> !read.priorInputs().isEmpty())
                    .map(reads -> array(manager, new Shape(batch, at.prior()[0].length), at.prior()));
            Leaves leaves = parameters.leaves(manager);
            Network.Output output = network.forward(
                    leaves,
                    new Network.Input(
                            embeddings,
                            prior,
                            Arrays.stream(domains).distinct().toArray(),
                            Arrays.stream(counts).filter(count -> count > 0).toArray()));
            float[] logits = Leaves.toArray(output.logits());
            assertThat(output.logits().getShape()).isEqualTo(new Shape(batch, tasks));
            for (int i = 0; i < logits.length; i++) {
                int k = i / tasks;
                assertThat((double) logits[i])
                        .isCloseTo(references[i % tasks].logit(at, constant, k, domains[k]), within(LOGIT_TOLERANCE));
            }
            assertThat((double) output.penalty().map(NDArray::getFloat).orElse(0f))
                    .isCloseTo(references[0].penalty(at, constant, domains), within(LOGIT_TOLERANCE));
            gatesAndExpertsFit(output, counts, batch);
            NDArray slope = manager.create(toFloats(slopes), new Shape(batch, tasks));
            NDArray scalar = output.logits().mul(slope).sum();
            Autograd.backward(output.penalty().map(scalar::add).orElse(scalar));

            for (int set = 0; set < at.embeddings().length; set++) {
                float[] gradient = Leaves.toArray(embeddings.getGradient().get(set));
                double[][] rows = at.embeddings()[set];
                for (int k = 0; k < batch; k++) {
                    isSlope(
                            Arrays.copyOfRange(gradient, k * rows[k].length, (k + 1) * rows[k].length),
                            rows[k],
                            objective);
                }
            }
            prior.ifPresent(array -> {
                float[] gradient = Leaves.toArray(array.getGradient());
                for (int k = 0; k < batch; k++) {
                    double[] row = at.prior()[k];
                    isSlope(Arrays.copyOfRange(gradient, k * row.length, (k + 1) * row.length), row, objective);
                }
            });
            DenseGradients gradients = new DenseGradients(network.layout());
            gradients.load(leaves);
            denseGradientsAreSlopes(network.layout(), gradients, at, objective);
        }
    }

    private static void denseGradientsAreSlopes(
            DenseLayout layout, DenseGradients gradients, Point at, DoubleSupplier objective) {
        int moved = 0;
        for (int number = 0; number < layout.slices().size(); number++) {
            DenseLayout.Slice slice = layout.slices().get(number);
            // Statistics are read as constants: a change of theirs is no gradient.
            boolean statistic = slice.name().matches("normalization\\..*\\.(mean|variance|count)");
            if (!statistic) {
                float[] gradient = new float[slice.length()];
                if (gradients.present(number)) {
                    gradients.get(number, 0, gradient, 0, gradient.length);
                }
                moved += isSlope(gradient, at.array(slice.name()), objective) ? 1 : 0;
            } else {
                assertThat(gradients.present(number)).isFalse();
            }
        }
        assertThat(moved).isGreaterThan(0);
    }

    /** Compares with central differences; whether any of them is not 0. */
    private static boolean isSlope(float[] gradient, double[] array, DoubleSupplier objective) {
        double[] expected = new double[array.length];
        double largest = 0;
        for (int i = 0; i < array.length; i++) {
            double value = array[i];
            array[i] = value + DIFFERENCE_STEP;
            double above = objective.getAsDouble();
            array[i] = value - DIFFERENCE_STEP;
            expected[i] = (above - objective.getAsDouble()) / (2 * DIFFERENCE_STEP);
            array[i] = value;
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        for (int i = 0; i < array.length; i++) {
            assertThat((double) gradient[i])
                    .isCloseTo(expected[i], within(GRADIENT_TOLERANCE * Math.max(largest, 1e-3)));
        }
        return largest > 0;
    }

    private static void gatesAndExpertsFit(Network.Output output, int[] counts, int batch) {
        int[] present = Arrays.stream(counts).filter(count -> count > 0).toArray();
        assertThat(output.gates().size()).isIn(0, present.length);
        for (int i = 0; i < output.gates().size(); i++) {
            NDArray gate = output.gates().get(i);
            assertThat(gate.getShape().get(0)).isEqualTo(present[i]);
            for (float sum : Leaves.toArray(gate.sum(new int[] {1}))) {
                assertThat((double) sum).isCloseTo(1, within(1e-5));
            }
        }
        output.experts().ifPresent(experts -> {
            assertThat(experts.getShape().dimension()).isEqualTo(3);
            assertThat(experts.getShape().get(1)).isEqualTo(batch);
        });
    }

    /** Away from first values, so that nothing is 0 or 1 by chance. */
    private static void perturb(Random random, DenseParameters parameters) {
        float[] values = parameters.values();
        for (int i = 0; i < values.length; i++) {
            values[i] += random.nextFloat() * 0.8f - 0.4f;
        }
        parameters.put(0, values, 0, values.length);
    }

    private static int[] domains(int[] counts, int batch) {
        int[] domains = new int[batch];
        int at = 0;
        for (int domain = 0; domain < counts.length; domain++) {
            Arrays.fill(domains, at, at + counts[domain], domain);
            at += counts[domain];
        }
        return domains;
    }

    private static Point point(Random random, ModelSpec spec, DenseParameters parameters, int batch) {
        float[] values = parameters.values();
        Map<String, double[]> dense = new HashMap<>();
        for (DenseLayout.Slice slice : parameters.slices()) {
            double[] array = new double[slice.length()];
            Arrays.setAll(array, i -> values[slice.offset() + i]);
            assertThat(dense.put(slice.name(), array))
                    .as("second " + slice.name())
                    .isNull();
        }
        double[][][] embeddings = new double[spec.embeddingSets()][][];
        for (int set = 0; set < embeddings.length; set++) {
            embeddings[set] = random(random, batch, spec.features().size() * spec.embeddingWidth());
        }
        int priorWidth = spec.priorInputs().size() * spec.embeddingWidth();
        return new Point(dense, embeddings, random(random, batch, priorWidth));
    }

    private static double[][] random(Random random, int rows, int width) {
        double[][] result = new double[rows][];
        for (int row = 0; row < rows; row++) {
            result[row] =
                    random.doubles(width, -1, 1).map(value -> (float) value).toArray();
        }
        return result;
    }

    private static NDArray array(NDManager manager, Shape shape, double[][]... sets) {
        FloatBuffer floats = FloatBuffer.allocate((int) shape.size());
        for (double[][] set : sets) {
            for (double[] row : set) {
                floats.put(toFloats(row));
            }
        }
        ByteBuffer bytes = AlignedFloats.allocate(floats.capacity());
        bytes.asFloatBuffer().put(floats.flip());
        NDArray array = manager.create(bytes, shape, DataType.FLOAT32);
        array.setRequiresGradient(true);
        return array;
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
