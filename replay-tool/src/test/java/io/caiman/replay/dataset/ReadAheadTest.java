package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReadAheadTest {

    @Test
    void what_ends_the_reading_ends_the_waiting_for_it() {
        DatasetException failure = new DatasetException("the disk is gone");
        try (ReadAhead ahead = new ReadAhead(log(() -> {
            throw failure;
        }))) {
            assertThatThrownBy(ahead::hasNext).isSameAs(failure);
        }
    }

    @Test
    void so_does_memory_that_runs_out() {
        OutOfMemoryError failure = new OutOfMemoryError("no room for this line");
        try (ReadAhead ahead = new ReadAhead(log(() -> {
            throw failure;
        }))) {
            assertThatThrownBy(ahead::hasNext).isSameAs(failure);
        }
    }

    private static ImpressionSource log(Supplier<LogEntry> entry) {
        return new ImpressionSource() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public LogEntry next() {
                return entry.get();
            }

            @Override
            public Provenance provenance() {
                return new Provenance("test", "");
            }

            @Override
            public OptionalLong expectedEntries() {
                return OptionalLong.empty();
            }

            @Override
            public LineCounts counts() {
                return new LineCounts(0, 0, 0, 0, 0);
            }

            @Override
            public void close() {}
        };
    }
}
