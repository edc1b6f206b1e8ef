package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CurveTest {

    private static Point point(long time, double auc, long version) {
        return new Point(
                time,
                10,
                5,
                OptionalDouble.of(auc),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                version);
    }

    private static List<Long> times(Curve<Point> curve) {
        return curve.changedAfter(-1).stream().map(Point::time).toList();
    }

    @Test
    void a_point_replaces_the_one_of_the_same_time() {
        Curve<Point> curve = new Curve<>(10);
        curve.put(point(5, 0.6, 1));
        curve.put(point(7, 0.7, 2));
        curve.put(point(5, 0.9, 3));
        assertThat(curve.changedAfter(-1)).containsExactly(point(5, 0.9, 3), point(7, 0.7, 2));
    }

    @Test
    void only_what_changed_is_told() {
        Curve<Point> curve = new Curve<>(10);
        curve.put(point(5, 0.6, 1));
        curve.put(point(7, 0.7, 2));
        curve.put(point(3, 0.5, 3));
        assertThat(curve.changedAfter(1)).extracting(Point::time).containsExactly(3L, 7L);
        assertThat(curve.changedAfter(3)).isEmpty();
    }

    @Test
    void however_many_points_come_they_stay_few_evenly_spread_and_the_latest_is_there() {
        Curve<Point> curve = new Curve<>(100);
        for (int i = 0; i < 100_000; i++) {
            curve.put(point(1_000L * i, 0.5, i));
        }
        List<Long> times = times(curve);
        assertThat(times).hasSizeBetween(50, 100).isSorted().endsWith(99_999_000L);
        long widest = 0;
        for (int i = 1; i < times.size(); i++) {
            widest = Math.max(widest, times.get(i) - times.get(i - 1));
        }
        assertThat(widest).isLessThanOrEqualTo(2 * 99_999_000L / 49);
    }

    @Test
    void points_in_any_order_stay_few_and_sorted() {
        Curve<Point> curve = new Curve<>(20);
        Random random = new Random(7);
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < 5_000; i++) {
            long time = random.nextLong(-1_000_000_000L, 1_000_000_000L);
            latest = Math.max(latest, time);
            curve.put(point(time, 0.5, i));
        }
        assertThat(times(curve)).hasSizeBetween(10, 20).isSorted().endsWith(latest);
    }

    @Test
    void the_ends_of_time_are_two_points() {
        Curve<Point> curve = new Curve<>(2);
        curve.put(point(Long.MIN_VALUE, 0.5, 1));
        curve.put(point(0, 0.5, 2));
        curve.put(point(Long.MAX_VALUE, 0.5, 3));
        assertThat(times(curve)).hasSizeLessThanOrEqualTo(2).endsWith(Long.MAX_VALUE);
    }

    @Test
    void a_curve_of_one_point_is_refused() {
        assertThatThrownBy(() -> new Curve<Point>(1)).hasMessageContaining("at least 2");
    }
}
