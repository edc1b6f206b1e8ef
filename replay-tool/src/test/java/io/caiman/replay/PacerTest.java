package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

    private final AtomicLong now = new AtomicLong(123);

    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    private Pacer pacer(Pace pace) {
        return new Pacer(pace, CATCH_UP, now::get, now::addAndGet);
    }

    private long nanosFor(Pacer pacer, int turns) throws InterruptedException {
        long start = now.get();
        for (int i = 0; i < turns; i++) {
            pacer.awaitTurn(0);
        }
        return now.get() - start;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 3, 1_000, 70_000})
    void turns_come_at_the_rate(double perSecond) throws InterruptedException {
        Pacer pacer = pacer(new Pace.PerSecond(perSecond));
        int turns = (int) (20 * perSecond);

        assertThat(nanosFor(pacer, turns) / 1e9).isCloseTo(turns / perSecond, within(2.1));
    }

    @Test
    void of_a_pause_only_so_much_is_caught_up() throws InterruptedException {
        Pacer pacer = pacer(new Pace.PerSecond(100));
        pacer.awaitTurn(0);
        now.addAndGet(60_000_000_000L);

        assertThat(nanosFor(pacer, 101)).isZero();
        assertThat(nanosFor(pacer, 100)).isCloseTo(1_000_000_000L, within(10_000_001L));
    }

    @Test
    void turns_follow_event_time_at_the_speed() throws InterruptedException {
        Pacer pacer = pacer(Pace.eventTime("60x"));
        Random random = new Random(4);
        long firstMs = 1_600_000_000_000L;
        pacer.awaitTurn(firstMs);
        long start = now.get();
        long timeMs = firstMs;
        for (int i = 0; i < 10_000; i++) {
            timeMs += random.nextInt(5_000);
            pacer.awaitTurn(timeMs);
            assertThat((now.get() - start) / 1e6).isCloseTo((timeMs - firstMs) / 60.0, within(1.1));
        }
    }

    @Test
    void a_resumed_replay_follows_event_time_from_where_it_goes_on() throws InterruptedException {
        Pacer pacer = pacer(Pace.eventTime("1x"));
        pacer.awaitTurn(5_000_000);
        long start = now.get();
        pacer.awaitTurn(5_002_000);
        now.addAndGet(3_600_000_000_000L);
        pacer.awaitTurn(5_003_000);
        pacer.awaitTurn(5_004_000);

        assertThat(now.get() - start).isEqualTo(3_602_000_000_000L);
        pacer.awaitTurn(5_005_000);
        assertThat(now.get() - start).isEqualTo(3_603_000_000_000L);
    }

    @Test
    void at_most_speed_nothing_waits() throws InterruptedException {
        assertThat(nanosFor(pacer(Pace.MAX), 1_000_000)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "fast", ""})
    void other_rates_are_refused(String text) {
        assertThatThrownBy(() -> Pace.perSecond(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a number above 0, or max, got");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x", "60", "-1x", "x", "fast", ""})
    void other_speeds_are_refused(String text) {
        assertThatThrownBy(() -> Pace.eventTime(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a number above 0 and an x, such as 60x, got");
    }
}
