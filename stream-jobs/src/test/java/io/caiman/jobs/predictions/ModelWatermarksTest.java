package io.caiman.jobs.predictions;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.schemas.avro.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.Test;

class ModelWatermarksTest {

    private final ManualClock clock = new ManualClock(1_000_000_000_000L);
    private ModelWatermarks watermarks = waitingFor();
    private final List<Long> emitted = new ArrayList<>();
    private int idle;

    private final WatermarkOutput output = new WatermarkOutput() {
        @Override
        public void emitWatermark(Watermark watermark) {
            emitted.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            idle++;
        }

        @Override
        public void markActive() {}
    };

    /** Predictions may be 5 ms out of order; a model is waited for 30 s, a named one 10 min. */
    private ModelWatermarks waitingFor(String... models) {
        return new ModelWatermarks(
                new WatermarkOptions(
                        Duration.ofMillis(5), Duration.ofSeconds(30), List.of(models), Duration.ofMinutes(10)),
                clock);
    }

    private void predicted(String model, String domain, long eventTimeMs) {
        Prediction prediction = Prediction.newBuilder()
                .setImpressionId("i")
                .setImpressionPartition(0)
                .setImpressionOffset(0)
                .setEventTimeMs(eventTimeMs)
                .setModel(model)
                .setStep(1)
                .setDomain(domain)
                .setUser("u")
                .setTask("click")
                .setLabel(true)
                .setScore(0.5)
                .build();
        watermarks.onEvent(IncomingPrediction.of(prediction), eventTimeMs, output);
    }

    private List<Long> emitted() {
        emitted.clear();
        watermarks.onPeriodicEmit(output);
        return emitted;
    }

    @Test
    void the_slowest_model_counts() {
        assertThat(emitted()).isEmpty();
        predicted("fast", "a", 1_000);
        predicted("fast", "b", 900);
        predicted("slow", "a", 100);
        assertThat(emitted()).containsExactly(94L);
        predicted("slow", "b", 300);
        predicted("fast", "a", 2_000);
        assertThat(emitted()).containsExactly(294L);
        predicted("slow", "a", 200);
        assertThat(emitted()).as("time does not go back").isEmpty();
    }

    @Test
    void a_model_that_is_quiet_does_not_hold_back_the_others() {
        predicted("stopped", "a", 100);
        predicted("fast", "a", 1_000);
        clock.advanceTime(Duration.ofSeconds(29));
        predicted("fast", "a", 2_000);
        assertThat(emitted()).containsExactly(94L);
        clock.advanceTime(Duration.ofSeconds(2));
        assertThat(emitted()).containsExactly(1_994L);
    }

    @Test
    void where_all_are_quiet_time_is_that_of_the_fastest_and_the_partition_idle_until_there_is_more() {
        predicted("one", "a", 100);
        predicted("other", "a", 1_000);
        clock.advanceTime(Duration.ofSeconds(31));
        assertThat(emitted()).containsExactly(994L);
        assertThat(idle).isZero();
        assertThat(emitted()).isEmpty();
        assertThat(emitted()).isEmpty();
        assertThat(idle).isOne();
        predicted("one", "a", 1_100);
        predicted("other", "a", 1_200);
        assertThat(emitted()).containsExactly(1_094L);
        assertThat(idle).isOne();
    }

    @Test
    void a_partition_without_a_single_prediction_is_idle_though_models_are_waited_for() {
        watermarks = waitingFor("first", "second");
        assertThat(emitted()).isEmpty();
        assertThat(idle).isZero();
        clock.advanceTime(Duration.ofSeconds(31));
        assertThat(emitted()).isEmpty();
        assertThat(idle).isOne();
    }

    @Test
    void a_named_model_that_begins_minutes_later_finds_no_window_over() {
        watermarks = waitingFor("first", "second");
        clock.advanceTime(Duration.ofHours(1)); // before anything comes nobody is late
        assertThat(emitted()).isEmpty();
        predicted("first", "a", 1_000);
        assertThat(emitted()).isEmpty();
        // The first has read its whole log and is quiet: the partition still waits.
        clock.advanceTime(Duration.ofMinutes(9));
        assertThat(emitted()).isEmpty();
        assertThat(idle).isOne();
        predicted("second", "a", 10);
        assertThat(emitted()).containsExactly(4L);
        clock.advanceTime(Duration.ofMinutes(9));
        predicted("second", "a", 1_000);
        assertThat(emitted()).containsExactly(994L);
    }

    @Test
    void a_named_model_that_never_begins_holds_back_the_others_for_the_wait_and_no_longer() {
        watermarks = waitingFor("first", "never");
        predicted("first", "a", 1_000);
        clock.advanceTime(Duration.ofMinutes(10));
        predicted("first", "a", 2_000);
        assertThat(emitted()).isEmpty();
        clock.advanceTime(Duration.ofSeconds(1));
        assertThat(emitted()).containsExactly(1_994L);
        predicted("first", "a", 3_000);
        assertThat(emitted()).containsExactly(2_994L);
    }

    @Test
    void a_named_model_that_stops_behind_the_others_is_waited_for_since_they_got_ahead() {
        watermarks = waitingFor("first", "second");
        predicted("first", "a", 1_000);
        predicted("second", "a", 1_000);
        assertThat(emitted()).containsExactly(994L);
        // A night without traffic, through which neither is behind.
        clock.advanceTime(Duration.ofHours(8));
        assertThat(emitted()).isEmpty();
        assertThat(idle).isOne();
        predicted("first", "a", 9_000);
        assertThat(emitted()).isEmpty();
        clock.advanceTime(Duration.ofMinutes(9));
        predicted("second", "a", 8_000);
        assertThat(emitted()).containsExactly(7_994L);
        clock.advanceTime(Duration.ofMinutes(11));
        assertThat(emitted()).containsExactly(8_994L);
    }
}
