package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.caiman.model.nn.Scalar;
import java.util.function.BinaryOperator;

/** Every pair of experts once. */
final class ExpertPairs {

    private ExpertPairs() {}

    /**
     * The sum of a function over the pairs p > q of an array's first axis. The pairs (p, p - distance) of one distance
     * are taken together, which makes for one call of the function less than there are experts.
     *
     * @param perExpert {@code [experts, ...]}
     * @param sum given the p and the q of some pairs, both {@code [pairs, ...]}, the function's sum over them
     * @return a scalar; for a single expert 0, with gradients of 0
     */
    static NDArray sum(NDArray perExpert, BinaryOperator<NDArray> sum) {
        long experts = perExpert.getShape().get(0);
        if (experts == 1) {
            return Scalar.times(perExpert, 0f).sum();
        }
        NDArray total = distant(perExpert, experts, 1, sum);
        for (long distance = 2; distance < experts; distance++) {
            total = total.add(distant(perExpert, experts, distance, sum));
        }
        return total;
    }

    private static NDArray distant(NDArray perExpert, long experts, long distance, BinaryOperator<NDArray> sum) {
        return sum.apply(
                perExpert.get(new NDIndex().addSliceDim(distance, experts)),
                perExpert.get(new NDIndex().addSliceDim(0, experts - distance)));
    }
}
