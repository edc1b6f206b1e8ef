package io.caiman.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RowStatisticsTest {

    /** Some hundred sums of floats. */
    private static final double TOLERANCE = 1e-4;

    @Test
    void shows_and_clicks_decay_with_the_days_since_each_of_them() {
        float decay = 0.98f;
        Random random = new Random(2);
        float[] row = new float[3 + RowStatistics.FLOATS];
        double shows = 0;
        double clicks = 0;
        int today = 18_000;
        int[] days = new int[200];
        boolean[] clicked = new boolean[days.length];
        for (int i = 0; i < days.length; i++) {
            today += random.nextInt(3);
            days[i] = today;
            clicked[i] = random.nextInt(4) == 0;
            RowStatistics.count(row, 3, 7, days[i], clicked[i], decay);
        }
        int later = today + 5;
        for (int i = 0; i < days.length; i++) {
            shows += Math.pow(decay, later - days[i]);
            clicks += clicked[i] ? Math.pow(decay, later - days[i]) : 0;
        }

        assertThat(RowStatistics.sightings(row, 3)).isEqualTo(200);
        assertThat(RowStatistics.day(row, 3)).isEqualTo(today);
        assertThat(RowStatistics.feature(row, 3)).isEqualTo(7);
        assertThat(RowStatistics.score(row, 3, later, 0.1f, 1f, decay))
                .isCloseTo(0.1 * shows + clicks, within(TOLERANCE));
    }

    @Test
    void an_impression_that_comes_late_counts_as_one_of_the_last_day_seen() {
        float[] late = new float[RowStatistics.FLOATS];
        float[] inTime = new float[RowStatistics.FLOATS];
        RowStatistics.count(late, 0, 0, 100, true, 0.5f);
        RowStatistics.count(late, 0, 0, 90, true, 0.5f);
        RowStatistics.count(inTime, 0, 0, 100, true, 0.5f);
        RowStatistics.count(inTime, 0, 0, 100, true, 0.5f);

        assertThat(late).containsExactly(inTime);
    }

    @Test
    void days_are_whole_days_of_universal_time_also_before_1970() {
        long day = TimeUnit.DAYS.toMillis(1);
        assertThat(RowStatistics.day(0)).isZero();
        assertThat(RowStatistics.day(day - 1)).isZero();
        assertThat(RowStatistics.day(day)).isOne();
        assertThat(RowStatistics.day(-1)).isEqualTo(-1);
        float[] row = new float[RowStatistics.FLOATS];
        RowStatistics.count(row, 0, 0, -5, false, 0.5f);
        assertThat(RowStatistics.day(row, 0)).as("a first sighting before 1970").isEqualTo(-5);
    }
}
