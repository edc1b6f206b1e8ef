package io.caiman.jobs.options;

import java.io.Serializable;

/**
 * What there must be of both models' impressions before a difference is told.
 *
 * @param positives impressions with a true label
 * @param negatives impressions with a false label
 * @param users users of the impressions
 */
public record LeastEvidence(int positives, int negatives, int users) implements Serializable {

    /** Fewer leave nothing to tell chance by. */
    static final int LEAST = 2;

    public LeastEvidence {
        if (positives < LEAST || negatives < LEAST || users < LEAST) {
            throw new IllegalArgumentException(
                    "least evidence of %d positives, %d negatives and %d users: expected at least 2 of each"
                            .formatted(positives, negatives, users));
        }
    }
}
