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

    public LeastEvidence {
        // Fewer than two leave nothing to tell chance by.
        if (positives < 2 || negatives < 2 || users < 2) {
            throw new IllegalArgumentException(
                    "least evidence of %d positives, %d negatives and %d users: expected at least 2 of each"
                            .formatted(positives, negatives, users));
        }
    }
}
