package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The deep part of a model: from embeddings to logits. */
public interface Network {

    /** The network that a spec asks for. */
    static Network of(ModelSpec spec) {
        return switch (spec.network()) {
            case CROCODILE -> Crocodile.of(spec);
        };
    }

    /** The dense weights it needs. */
    DenseLayout layout();

    /** The logits of a batch, and what the model adds to the loss besides their cross-entropy. */
    Output forward(Leaves leaves, Input input);

    /**
     * One batch, sorted by domain.
     *
     * @param embeddings {@code [sets, batch, features * dimension]}
     * @param prior prior embeddings, {@code [batch, prior features * dimension]}; empty if the network reads none
     * @param domains the domains that occur, in order
     * @param counts samples of each of those domains
     */
    record Input(NDArray embeddings, Optional<NDArray> prior, int[] domains, int[] counts) {

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
    }

    /** Arrays end to end along an axis. DJL copies a single one, which would cut it off from the backward pass. */
    static NDArray joined(NDList arrays, int axis) {
        return arrays.size() == 1 ? arrays.get(0) : NDArrays.concat(arrays, axis);
    }

    /**
     * The result of a forward pass, in the input's order.
     *
     * @param logits {@code [batch]}
     * @param penalty a scalar to add to the loss, weight included
     * @param experts the experts' outputs, {@code [experts, batch, dimension]}; empty unless every sample is seen by
     *     every expert
     * @param gates the weights by which experts are mixed, for each domain of the input {@code [its samples, experts, 1
     *     or dimension]}, summing to 1 over the experts; none in a network that does not mix experts
     * @param statistics what takes the place of arrays of dense weights once the batch is learned from
     */
    record Output(
            NDArray logits,
            Optional<NDArray> penalty,
            Optional<NDArray> experts,
            NDList gates,
            List<Statistic> statistics) {

        /** Logits and nothing else, {@code [batch, 1]} or {@code [batch]}. */
        static Output of(NDArray logits) {
            return mixed(logits, new NDList());
        }

        /** The logits of a network whose experts see their domain's samples only. */
        static Output mixed(NDArray logits, NDList gates) {
            return new Output(logits.reshape(-1), Optional.empty(), Optional.empty(), gates, List.of());
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

    /**
     * What a network keeps of the stream without learning it by gradient.
     *
     * @param number of the array of dense weights that holds it
     * @param value what it holds from the next batch on
     */
    record Statistic(int number, NDArray value) {}
}
