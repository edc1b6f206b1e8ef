package io.caiman.jobs.connect;

import java.time.Duration;

/** How a sink delivers. */
public sealed interface Delivery {

    /** Nothing is lost; after a failure some records are written a second time. */
    record AtLeastOnce() implements Delivery {}

    /**
     * Kafka transactions, committed with each checkpoint: a reader of committed records sees each record exactly once, one
     * checkpoint interval late.
     *
     * @param transactionalIdPrefix the same in every run of one sink; no sink's prefix may be the beginning of another's
     * @param transactionTimeout after it the broker gives a transaction up, and what it held is lost: longer than a
     *     checkpoint interval and the longest outage together, and at most the broker's {@code
     *     transaction.max.timeout.ms} (15 minutes unless set otherwise)
     */
    record ExactlyOnce(String transactionalIdPrefix, Duration transactionTimeout) implements Delivery {

        public ExactlyOnce {
            if (transactionalIdPrefix.isBlank()) {
                throw new IllegalArgumentException(
                        "the transactional id prefix is blank: give each sink a name of its own");
            }
            if (transactionTimeout.toMillis() <= 0 || transactionTimeout.toMillis() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "transaction timeout %s: expected more than 0 and at most the broker's transaction.max.timeout.ms, such as 10 min"
                                .formatted(transactionTimeout));
            }
        }
    }

    static Delivery atLeastOnce() {
        return new AtLeastOnce();
    }

    static Delivery exactlyOnce(String transactionalIdPrefix, Duration transactionTimeout) {
        return new ExactlyOnce(transactionalIdPrefix, transactionTimeout);
    }
}
