package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Normalization with statistics, scale and shift of each domain (Sheng et al. 2021): in domain p
 *
 * <pre>
 * z' = (g * g_p) (z - mean_p) / sqrt(variance_p + epsilon) + (h + h_p)
 * </pre>
 *
 * <p>The paper takes mean and variance of the mini-batch to learn and moving averages to predict. Here one forward pass
 * does both, and a mini-batch may hold a single sample of a domain, whose variance is 0. So both take the moving averages
 * of the mini-batches before, as constants: a score depends neither on its own mini-batch nor on its neighbours in it.
 * {@link #after} tells what the statistics become once the batch is learned from. They are dense weights that no gradient moves, and so a part of every snapshot.
 *
 * <p>With n samples of a domain and c counted before, at most the window w, the batch weighs {@code a = n / min(c + n, w)},
 * at most 1, and with averages over the batch
 *
 * <pre>
 * mean'     = mean + a (average of z - mean)
 * variance' = variance + a (average of (z - mean) (z - mean') - variance)
 * </pre>
 *
 * <p>which are mean and variance of all samples until there are more than w (Chan et al. 1979), and then decay.
 */
public final class PartitionedNormalization {

    private static final float EPSILON = 1e-5f;

    private final int scale;
    private final int shift;
    private final List<Domain> domains = new ArrayList<>();
    private final float window;

    /** Numbers of the arrays of a domain. */
    private record Domain(int scale, int shift, int mean, int variance, int count) {}

    /**
     * Adds weights and statistics to a layout: scales and variances of 1, shifts and means of 0.
     *
     * @param domainNames names of the domains
     * @param width of what is normalized
     * @param window samples of a domain that its statistics remember
     */
    public PartitionedNormalization(DenseLayout layout, List<String> domainNames, int width, int window) {
        Shape shape = new Shape(1, width);
        this.scale = layout.addConstant("normalization.scale", shape, 1);
        this.shift = layout.addConstant("normalization.shift", shape, 0);
        this.window = window;
        for (String name : domainNames) {
            String prefix = "normalization." + name;
            DenseLayout own = layout.ofDomain(domains.size());
            domains.add(new Domain(
                    own.addConstant(prefix + ".scale", shape, 1),
                    own.addConstant(prefix + ".shift", shape, 0),
                    own.addConstant(prefix + ".mean", shape, 0),
                    own.addConstant(prefix + ".variance", shape, 1),
                    own.addConstant(prefix + ".count", new Shape(1), 0)));
        }
    }

    /**
     * Normalizes samples of one domain.
     *
     * @param input {@code [samples, width]}
     * @return {@code [samples, width]}
     */
    public NDArray forward(Leaves leaves, NDArray input, int domain) {
        Domain own = domains.get(domain);
        NDArray variance = leaves.constant(own.variance);
        NDArray deviation =
                variance.add(variance.getManager().full(new Shape(1), EPSILON)).sqrt();
        return input.sub(leaves.constant(own.mean))
                .div(deviation)
                .mul(leaves.get(scale).mul(leaves.get(own.scale)))
                .add(leaves.get(shift).add(leaves.get(own.shift)));
    }

    /**
     * What a domain's statistics become once its samples are learned from.
     *
     * @param input {@code [samples, width]}
     */
    public List<Statistic> after(Leaves leaves, NDArray input, int domain) {
        Domain own = domains.get(domain);
        NDArray samples = input.stopGradient();
        float count = Math.min(
                window,
                leaves.constant(own.count).getFloat() + samples.getShape().get(0));
        float weight = Math.min(1, samples.getShape().get(0) / count);
        NDArray mean = leaves.constant(own.mean);
        NDArray variance = leaves.constant(own.variance);
        NDArray offset = samples.sub(mean);
        NDArray newMean = mean.add(Scalar.times(offset.mean(new int[] {0}, true), weight));
        NDArray spread = offset.mul(samples.sub(newMean)).mean(new int[] {0}, true);
        return List.of(
                new Statistic(own.mean, newMean),
                new Statistic(own.variance, variance.add(Scalar.times(spread.sub(variance), weight))),
                new Statistic(own.count, samples.getManager().full(new Shape(1), count)));
    }
}
