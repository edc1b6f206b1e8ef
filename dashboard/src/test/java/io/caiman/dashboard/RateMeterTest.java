package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateMeterTest {

    private static final double ROUNDING = 1e-9;

    private final RateMeter rate = new RateMeter();

    private static long at(double seconds) {
        return Math.round(seconds * TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void growth_by_the_clock_is_the_rate() {
        rate.add(at(0), 1_000);
        rate.add(at(5), 2_000);
        rate.add(at(10), 4_000);
        assertThat(rate.perSecond(at(10)).orElseThrow()).isEqualTo(300, within(ROUNDING));
    }

    @Test
    void one_total_says_nothing() {
        rate.add(at(0), 1_000);
        assertThat(rate.perSecond(at(1))).isEmpty();
    }

    @Test
    void a_burst_counts_as_one_total() {
        rate.add(at(0), 100);
        rate.add(at(0.1), 200);
        assertThat(rate.perSecond(at(0.1))).isEmpty();
        rate.add(at(10), 1_200);
        assertThat(rate.perSecond(at(10)).orElseThrow()).isEqualTo(100, within(ROUNDING));
    }

    @Test
    void a_total_that_stands_still_has_no_rate_after_the_window() {
        rate.add(at(0), 1_000);
        rate.add(at(5), 2_000);
        rate.add(at(20), 2_000);
        assertThat(rate.perSecond(at(20))).isPresent();
        assertThat(rate.perSecond(at(5 + RateMeter.WINDOW_SECONDS + 1))).isEmpty();
    }

    @Test
    void a_total_that_goes_back_starts_anew() {
        rate.add(at(0), 1_000);
        rate.add(at(5), 2_000);
        rate.add(at(6), 10);
        assertThat(rate.perSecond(at(6))).isEmpty();
    }
}
