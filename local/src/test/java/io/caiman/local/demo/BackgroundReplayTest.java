package io.caiman.local.demo;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caiman.replay.Pace;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LineCounts;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.dataset.Provenance;
import io.caiman.schemas.Topics;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class BackgroundReplayTest {

    /** A log that takes more memory than there is. */
    private static final class TooLarge implements ImpressionSource {

        @Override
        public void prepare(LongConsumer linesRead) {
            throw new OutOfMemoryError("for the test");
        }

        @Override
        public Provenance provenance() {
            throw new UnsupportedOperationException();
        }

        @Override
        public OptionalLong expectedEntries() {
            return OptionalLong.empty();
        }

        @Override
        public LineCounts counts() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasNext() {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogEntry next() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void an_error_in_the_replay_is_told_of() throws Exception {
        try (BackgroundReplay replay =
                BackgroundReplay.start(new TooLarge(), "127.0.0.1:1", Topics.withPrefix(""), Pace.MAX)) {
            await().untilAsserted(() -> assertThatThrownBy(replay::check)
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("for the test"));
        }
    }
}
