package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Statistic;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The deep part of a model: from embeddings to logits. */
public abstract class Network {

    /** Layers add their weights to it when they are made. */
    final DenseLayout layout;

    Network() {
        this(new DenseLayout());
    }

    Network(DenseLayout layout) {
        this.layout = layout;
    }

    /** The spec's MLP over vectors of a width, with an output for each task. */
    final Tower deepTower(ModelSpec spec, int inputWidth) {
        return new Tower(layout, "deep", inputWidth, spec.layers(), spec.tasks().size());
    }

    /** The network that a spec asks for, with its plug-ins. */
    public static Network of(ModelSpec spec) {
        Network network = alone(spec);
        return spec.plugIns().any() ? new Personalized(spec, network) : network;
    }

    private static Network alone(ModelSpec spec) {
        return switch (spec.network()) {
            case CROCODILE -> Crocodile.withPartsOf(spec);
            case SINGLE_DOMAIN -> new SingleDomain(spec);
            case SHARED_BOTTOM -> new SharedBottom(spec);
            case MMOE, ME_MMOE -> Crocodile.mmoe(spec);
            case PLE, ME_PLE -> new ProgressiveLayeredExtraction(spec);
            case STEM -> new Stem(spec);
            case STAR -> new Star(spec);
            case HINET -> new HiNet(spec);
            case ADASPARSE -> new AdaSparse(spec);
            case PEPNET -> new PepNet(spec);
            case LR -> new LogisticRegression(spec);
            case FM -> new FactorizationMachine(spec);
            case MLP -> new MultiLayerPerceptron(spec);
            case WIDE_DEEP -> new WideAndDeep(spec);
            case DEEPFM -> new DeepFm(spec);
            case NFM -> new NeuralFm(spec);
            case AUTOINT -> new AutoInt(spec);
            case DCN, DCNV2 -> new DeepAndCross(spec);
            case XDEEPFM -> new XDeepFm(spec);
        };
    }

    /** The dense weights it needs. */
    public DenseLayout layout() {
        return layout;
    }

    /** The layers that lead to its logits, for PPNet to gate; empty if there are none. */
    Optional<TowerShape> towers() {
        return Optional.empty();
    }

    /** The logits of a batch, and what the model adds to the loss besides their cross-entropy. */
    public abstract Output forward(Leaves leaves, Input input);

    /**
     * One batch, sorted by domain.
     *
     * @param embeddings {@code [sets, batch, features * dimension]}
     * @param prior prior embeddings, {@code [batch, prior inputs * dimension]}; empty if the network reads none
     * @param domains the domains that occur, in order
     * @param counts samples of each of those domains
     * @param gates of the inputs of the layers of its {@link Network#towers()}, all towers' side by side
     */
    public record Input(NDArray embeddings, Optional<NDArray> prior, int[] domains, int[] counts, LayerGates gates) {

        /** A batch whose towers have no gates. */
        public Input(NDArray embeddings, Optional<NDArray> prior, int[] domains, int[] counts) {
            this(embeddings, prior, domains, counts, LayerGates.NONE);
        }

        /** One embedding set of all samples, {@code [batch, features * dimension]}. */
        NDArray set(int number) {
            return embeddings.get(number);
        }

        /** An array cut along its axis of samples into those of each of {@link #domains()}. */
        NDList byDomain(NDArray array, int axis) {
            long[] bounds = new long[counts.length - 1];
            Arrays.setAll(bounds, i -> (i == 0 ? 0 : bounds[i - 1]) + counts[i]);
            return array.split(bounds, axis);
        }

        /** The gates of the samples of each of {@link #domains()}. */
        List<LayerGates> gatesByDomain() {
            List<NDList> cut =
                    gates.layers().stream().map(layer -> byDomain(layer, 0)).toList();
            return IntStream.range(0, domains.length)
                    .mapToObj(i -> new LayerGates(
                            cut.stream().map(layer -> layer.get(i)).toList()))
                    .toList();
        }
    }

    /** The logits of several tasks, {@code [batch, 1]} each, side by side. */
    static NDArray byTask(int tasks, IntFunction<NDArray> logit) {
        return joined(IntStream.range(0, tasks).mapToObj(logit).collect(Collectors.toCollection(NDList::new)), 1);
    }

    /** Arrays end to end along an axis. DJL copies a single one, which would cut it off from the backward pass. */
    static NDArray joined(NDList arrays, int axis) {
        return arrays.size() == 1 ? arrays.get(0) : NDArrays.concat(arrays, axis);
    }

    /**
     * The result of a forward pass, in the input's order.
     *
     * @param logits {@code [batch, tasks]}
     * @param penalty a scalar to add to the loss, weight included
     * @param experts the experts' outputs, {@code [experts, batch, dimension]}; empty unless every sample is seen by
     *     every expert
     * @param gates the weights by which experts are mixed, for each domain of the input {@code [its samples, experts, 1
     *     or dimension]}, summing to 1 over the experts; none in a network that does not mix experts
     * @param statistics what takes the place of arrays of dense weights once the batch is learned from
     */
    public record Output(
            NDArray logits,
            Optional<NDArray> penalty,
            Optional<NDArray> experts,
            NDList gates,
            List<Statistic> statistics) {

        /** Logits and nothing else, {@code [batch, tasks]}. */
        static Output of(NDArray logits) {
            return mixed(logits, new NDList());
        }

        /** The logits of a network whose experts see their domain's samples only. */
        static Output mixed(NDArray logits, NDList gates) {
            return new Output(logits, Optional.empty(), Optional.empty(), gates, List.of());
        }

        /** The same with experts that see every sample. */
        Output withExperts(NDArray outputs) {
            return new Output(logits, penalty, Optional.of(outputs), gates, statistics);
        }

        /** The same with a scalar to add to the loss. */
        Output withPenalty(NDArray scalar) {
            return new Output(logits, Optional.of(scalar), experts, gates, statistics);
        }

        /** The same with statistics. */
        Output withStatistics(List<Statistic> values) {
            return new Output(logits, penalty, experts, gates, values);
        }
    }
}
