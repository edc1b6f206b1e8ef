package io.caiman.jobs.metrics;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Watermarks of a partition that several models write to, each in order of event time by itself but some further than others:
 * the slowest counts, so that its predictions are not late. A model without predictions for some time does not hold back the
 * others, as long as these have some.
 */
final class ModelWatermarks implements WatermarkGenerator<IncomingPrediction> {

    /** How far a model is. */
    private static final class Progress {
        private long latestMs = Long.MIN_VALUE;
        private long heardNanos;
    }

    private final long outOfOrdernessMs;
    private final long idlenessNanos;
    private final RelativeClock clock;
    private final Map<String, Progress> models = new HashMap<>();
    /** So that a prediction costs one look-up: names of all domains lead to the progress of their model. */
    private final Map<Names, Progress> byNames = new HashMap<>();

    ModelWatermarks(Duration outOfOrderness, Duration idleness, RelativeClock clock) {
        this.outOfOrdernessMs = outOfOrderness.toMillis();
        this.idlenessNanos = idleness.toNanos();
        this.clock = clock;
    }

    @Override
    public void onEvent(IncomingPrediction prediction, long eventTimeMs, WatermarkOutput output) {
        if (!prediction.isPrediction()) {
            return;
        }
        Progress progress = byNames.get(prediction.names());
        if (progress == null) {
            progress = models.computeIfAbsent(
                    new String(prediction.names().model(), StandardCharsets.UTF_8), model -> new Progress());
            byNames.put(prediction.names(), progress);
        }
        progress.latestMs = Math.max(progress.latestMs, eventTimeMs);
        progress.heardNanos = clock.relativeTimeNanos();
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        long now = clock.relativeTimeNanos();
        long slowest = Long.MAX_VALUE;
        long fastest = Long.MIN_VALUE;
        for (Progress progress : models.values()) {
            fastest = Math.max(fastest, progress.latestMs);
            if (now - progress.heardNanos <= idlenessNanos) {
                slowest = Math.min(slowest, progress.latestMs);
            }
        }
        if (fastest == Long.MIN_VALUE) {
            return;
        }
        // Where all are quiet the source itself finds the partition idle.
        long time = slowest == Long.MAX_VALUE ? fastest : slowest;
        output.emitWatermark(new Watermark(time - outOfOrdernessMs - 1));
    }
}
