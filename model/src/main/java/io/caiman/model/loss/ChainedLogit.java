package io.caiman.model.loss;

/**
 * The logit of a product of two probabilities, by their logits a and b, without leaving the scale of logits:
 *
 * <pre>
 * p = sigmoid(a) sigmoid(b),   c = log(p / (1 - p)) = -log(e^-a + e^-b + e^(-a-b))
 * dc / da = (1 - sigmoid(a)) / (1 - p)
 * </pre>
 *
 * <p>So the probability of a conversion is that of the click times that of the conversion once clicked (ESMM, Ma et al.
 * 2018, SIGIR, Eq. 1), and its cross-entropy is that of any other logit. Finite for all finite a and b.
 */
public final class ChainedLogit {

    private ChainedLogit() {}

    /** The logit c. */
    public static double of(double a, double b) {
        double largest = Math.max(Math.max(-a, -b), -a - b);
        return -largest - Math.log(Math.exp(-a - largest) + Math.exp(-b - largest) + Math.exp(-a - b - largest));
    }

    /**
     * The derivative of the chained logit by one of the two, in [0, 1].
     *
     * @param logit a or b
     * @param chained c, which is no larger
     */
    public static double gradient(double logit, double chained) {
        // The cross-entropy of a negative is -log(1 - sigmoid).
        return Math.exp(BinaryCrossEntropy.of(chained, false) - BinaryCrossEntropy.of(logit, false));
    }
}
