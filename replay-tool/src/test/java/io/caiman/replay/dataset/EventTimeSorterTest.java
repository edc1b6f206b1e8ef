package io.caiman.replay.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTimeSorterTest {

    @ParameterizedTest
    @CsvSource({"0, 8", "1, 8", "5, 8", "8, 8", "9, 8", "1000, 1", "1000, 7", "1000, 64", "10000, 300"})
    void gives_records_by_time_and_ties_in_the_order_added(int records, int runRecords) throws IOException {
        Random random = new Random(7L * records + runRecords);
        List<long[]> added = new ArrayList<>();
        try (EventTimeSorter sorter = new EventTimeSorter(runRecords)) {
            for (int i = 0; i < records; i++) {
                // Few distinct times, the largest among them, so that there are many ties.
                long time = i % 50 == 0 ? EventTimeSorter.TIME_BOUND - 1 : random.nextInt(20);
                long[] record = {time, i, random.nextLong(), random.nextLong(), random.nextLong()};
                added.add(record.clone());
                sorter.add(record);
                Arrays.fill(record, -1);
            }
            sorter.sort();

            added.sort(Comparator.comparingLong(record -> record[0]));
            long[] record = new long[EventTimeSorter.WIDTH];
            for (long[] expected : added) {
                assertThat(sorter.next(record)).isTrue();
                assertThat(record).containsExactly(expected);
            }
            assertThat(sorter.next(record)).isFalse();
            assertThat(sorter.size()).isEqualTo(records);
        }
    }
}
