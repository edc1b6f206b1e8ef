package io.caiman.model.loss;

import io.caiman.model.spec.LossSpec.CrossEntropy;

/**
 * Binary cross-entropy of logits, and its gradient, in closed form. For a logit z, a label y of 0 or 1 and a weight w:
 *
 * <pre>
 * loss = w * (log(1 + e^z) - y z),   d loss / d z = w * (sigmoid(z) - y)
 * </pre>
 */
public final class BinaryCrossEntropy {

    private BinaryCrossEntropy() {}

    /** The loss of one sample of weight 1, without overflow for any finite logit. */
    public static double of(double logit, boolean label) {
        return Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - (label ? logit : 0);
    }

    /** The derivative by the logit of the loss of one sample of weight 1. */
    public static double gradient(double logit, boolean label) {
        return sigmoid(logit) - (label ? 1 : 0);
    }

    /** The logistic function, in [0, 1]. */
    public static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    /**
     * What a sample weighs in a batch's loss: with {@link CrossEntropy#DOMAIN_MEAN} one over the number of samples of
     * its domain (Crocodile, Eq. 7), else one over the number of samples.
     *
     * @param domainCount samples of the sample's domain in the batch
     * @param batch samples in the batch
     */
    public static double weight(CrossEntropy combination, int domainCount, int batch) {
        return 1.0 / (combination == CrossEntropy.DOMAIN_MEAN ? domainCount : batch);
    }
}
