package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

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
    private final ModelWatermarks watermarks = new ModelWatermarks(Duration.ofMillis(5), Duration.ofSeconds(30), clock);
    private final List<Long> emitted = new ArrayList<>();

    private final WatermarkOutput output = new WatermarkOutput() {
        @Override
        public void emitWatermark(Watermark watermark) {
            emitted.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    };

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
        assertThat(emitted()).containsExactly(994L);
        predicted("slow", "a", 100);
        assertThat(emitted()).containsExactly(94L);
        predicted("slow", "b", 300);
        predicted("fast", "a", 2_000);
        assertThat(emitted()).containsExactly(294L);
    }

    @Test
    void a_model_that_is_quiet_does_not_hold_back_the_others_until_it_is_back() {
        predicted("stopped", "a", 100);
        predicted("fast", "a", 1_000);
        clock.advanceTime(Duration.ofSeconds(31));
        predicted("fast", "a", 2_000);
        assertThat(emitted()).containsExactly(1_994L);
        predicted("stopped", "a", 200);
        assertThat(emitted()).containsExactly(194L);
    }

    @Test
    void where_all_are_quiet_time_is_that_of_the_fastest() {
        predicted("one", "a", 100);
        predicted("other", "a", 1_000);
        clock.advanceTime(Duration.ofSeconds(31));
        assertThat(emitted()).containsExactly(994L);
    }
}
