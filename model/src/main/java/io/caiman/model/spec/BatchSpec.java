package io.caiman.model.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * When a mini-batch is complete.
 *
 * @param size impressions in a full mini-batch
 * @param maxWaitMillis how long the first impression of a mini-batch may wait for it to fill, in milliseconds of
 *     processing time, so that a quiet stream still learns; 0: as long as it takes. Batches then close by count alone,
 *     which makes a replay's predictions independent of how fast it runs
 */
public record BatchSpec(int size, long maxWaitMillis) {

    public BatchSpec {
        Require.within("batch.size", size, 1, 1 << 20);
        Require.notNegative("batch.max-wait-millis", (double) maxWaitMillis);
    }

    /** How long a mini-batch may wait to fill; empty: as long as it takes. */
    public Optional<Duration> maxWait() {
        return maxWaitMillis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(maxWaitMillis));
    }
}
