package io.caiman.jobs.predictions;

import io.caiman.jobs.options.WatermarkOptions;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Watermarks of a partition that several models write to, each in order of event time by itself but some further than others:
 * the slowest counts, so that its predictions are not late. A model that is behind holds back the others until it has been quiet
 * for the idleness; one that is waited for by name, though it has not begun yet, until it has been quiet for the wait. The time of
 * waiting begins when the others get ahead.
 *
 * <p>Where nothing comes and nobody is waited for, the partition is idle and does not hold back others.
 */
final class ModelWatermarks implements WatermarkGenerator<IncomingPrediction> {

    private static final long NOT_BEGUN = Long.MIN_VALUE;

    /** How far a model is. */
    private static final class Progress {
        /** In UTF-8, as in the names of predictions. */
        private final byte[] model;

        private final long patienceNanos;
        private long latestMs = NOT_BEGUN;

        /** When it was last heard, or no further behind than predictions may be out of order. */
        private long upToDateNanos;

        Progress(byte[] model, long patienceNanos, long nowNanos) {
            this.model = model;
            this.patienceNanos = patienceNanos;
            this.upToDateNanos = nowNanos;
        }
    }

    private final long outOfOrdernessMs;
    private final long idlenessNanos;
    private final RelativeClock clock;
    /** There are only a few. */
    private final List<Progress> models = new ArrayList<>();

    private long fastestMs = NOT_BEGUN;
    private long heardNanos;
    private long emittedMs = NOT_BEGUN;
    private boolean idle;

    ModelWatermarks(WatermarkOptions options, RelativeClock clock) {
        this.outOfOrdernessMs = options.outOfOrderness().toMillis();
        this.idlenessNanos = options.idleness().toNanos();
        this.clock = clock;
        this.heardNanos = clock.relativeTimeNanos();
        for (String model : options.models()) {
            models.add(new Progress(Names.utf8(model), options.modelWait().toNanos(), heardNanos));
        }
    }

    @Override
    public void onEvent(IncomingPrediction prediction, long eventTimeMs, WatermarkOutput output) {
        if (!prediction.isPrediction()) {
            return;
        }
        heardNanos = clock.relativeTimeNanos();
        Progress progress = progress(prediction.names());
        progress.latestMs = Math.max(progress.latestMs, eventTimeMs);
        progress.upToDateNanos = heardNanos;
        fastestMs = Math.max(fastestMs, eventTimeMs);
        idle = false;
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        long now = clock.relativeTimeNanos();
        long slowest = fastestMs;
        boolean waiting = false;
        for (Progress progress : models) {
            boolean behind = progress.latestMs < fastestMs
                    && (progress.latestMs == NOT_BEGUN || fastestMs - progress.latestMs > outOfOrdernessMs);
            if (!behind) {
                progress.upToDateNanos = now;
            }
            if (now - progress.upToDateNanos <= progress.patienceNanos) {
                slowest = Math.min(slowest, progress.latestMs);
                waiting |= behind;
            }
        }
        if (slowest > emittedMs) {
            emittedMs = slowest;
            output.emitWatermark(new Watermark(slowest - outOfOrdernessMs - 1));
        } else if (!idle && !waiting && now - heardNanos > idlenessNanos) {
            idle = true;
            output.markIdle();
        }
    }

    private Progress progress(Names names) {
        for (Progress progress : models) {
            if (names.isOf(progress.model)) {
                return progress;
            }
        }
        Progress progress = new Progress(names.model(), idlenessNanos, heardNanos);
        models.add(progress);
        return progress;
    }
}
