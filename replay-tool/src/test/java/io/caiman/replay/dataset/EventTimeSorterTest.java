package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTimeSorterTest {

    private record Added(long time, int line, byte[] content) {}

    @ParameterizedTest
    @CsvSource({
        "0, 8, 1000", "1, 8, 1000", "5, 8, 1000", "8, 8, 1000", "9, 8, 1000",
        "1000, 1, 1000000", "1000, 7, 1000000", "1000, 64, 1000000", "1000, 64, 1", "3000, 300, 300000"
    })
    void gives_records_by_time_and_ties_in_the_order_added(int records, int runRecords, int runBytes)
            throws IOException {
        Random random = new Random(7L * records + runRecords);
        List<Added> added = new ArrayList<>();
        try (EventTimeSorter sorter = new EventTimeSorter(new EventTimeSorter.Limits(runRecords, runBytes))) {
            LogRecord record = new LogRecord();
            for (int i = 0; i < records; i++) {
                // Few distinct times, the largest among them, so that there are many ties.
                long time = i % 50 == 0 ? EventTimeSorter.TIME_BOUND - 1 : random.nextInt(20);
                // Mostly short, now and then longer than the buffers.
                byte[] content = new byte[i % 701 == 3 ? (1 << 20) + 7 : i % 97 == 5 ? 70_000 : random.nextInt(300)];
                random.nextBytes(content);
                record.startAt(1, i + 1);
                record.time(time);
                record.keep(content, 0, content.length);
                sorter.add(record);
                added.add(new Added(time, i + 1, content));
            }
            sorter.sort();

            added.sort(Comparator.comparingLong(Added::time));
            for (Added expected : added) {
                assertThat(sorter.next(record)).isTrue();
                assertThat(record.time()).isEqualTo(expected.time);
                assertThat(record.line()).isEqualTo(expected.line);
                assertThat(record.file()).isEqualTo(1);
                assertThat(record.bytes(0)).isEqualTo(expected.content);
            }
            assertThat(sorter.next(record)).isFalse();
            assertThat(sorter.size()).isEqualTo(records);
        }
    }
}
