package io.caiman.jobs.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        private final Names names;
        private long latestMs = Long.MIN_VALUE;
        private long heardNanos;

        Progress(Names names) {
            this.names = names;
        }
    }

    private final long outOfOrdernessMs;
    private final long idlenessNanos;
    private final RelativeClock clock;
    /** There are only a few. */
    private final List<Progress> models = new ArrayList<>();

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
        Progress progress = progress(prediction.names());
        progress.latestMs = Math.max(progress.latestMs, eventTimeMs);
        progress.heardNanos = clock.relativeTimeNanos();
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        long now = clock.relativeTimeNanos();
        long slowest = Long.MAX_VALUE;
        long fastest = Long.MIN_VALUE;
        for (Progress progress : models) {
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

    private Progress progress(Names names) {
        for (Progress progress : models) {
            if (progress.names.sameModel(names)) {
                return progress;
            }
        }
        Progress progress = new Progress(names);
        models.add(progress);
        return progress;
    }
}
