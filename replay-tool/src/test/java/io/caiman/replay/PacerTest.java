package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

    private final AtomicLong now = new AtomicLong(123);

    private long nanosFor(Pacer pacer, int turns) throws InterruptedException {
        long start = now.get();
        for (int i = 0; i < turns; i++) {
            pacer.awaitTurn();
        }
        return now.get() - start;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 3, 1_000, 70_000})
    void turns_come_at_the_rate(double perSecond) throws InterruptedException {
        Pacer pacer = new Pacer(new Rate(perSecond), now::get, now::addAndGet);
        int turns = (int) (20 * perSecond);

        assertThat(nanosFor(pacer, turns) / 1e9).isCloseTo(turns / perSecond, within(2.1));
    }

    @Test
    void a_pause_is_caught_up_by_one_second_at_most() throws InterruptedException {
        Pacer pacer = new Pacer(new Rate(100), now::get, now::addAndGet);
        now.addAndGet(60_000_000_000L);

        assertThat(nanosFor(pacer, 100)).isZero();
        assertThat(nanosFor(pacer, 101)).isCloseTo(1_000_000_000L, within(10_000_001L));
    }

    @Test
    void at_most_speed_nothing_waits() throws InterruptedException {
        Pacer pacer = new Pacer(Rate.MAX, now::get, now::addAndGet);

        assertThat(nanosFor(pacer, 1_000_000)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "fast", ""})
    void other_rates_are_refused(String text) {
        assertThatThrownBy(() -> Rate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a number above 0, or max, got");
    }
}
