package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.DeadLetters;
import io.caiman.schemas.avro.DeadLetter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gathers predictions by bucket, so that a network exchange and a look-up of state are paid for hundreds at once. Nothing waits
 * here until a watermark overtakes it, nor for longer than an interval of the clock, and nothing across a checkpoint.
 *
 * @param <B> what predictions are gathered in
 */
public final class PredictionBatcher<B extends PredictionBatch> extends AbstractStreamOperator<B>
        implements OneInputStreamOperator<IncomingPrediction, B> {

    private static final long serialVersionUID = 1;
    private static final int MOST = 1 << 11;

    /** The hash that a prediction's bucket is taken from: of its user, or of its impression. */
    @FunctionalInterface
    public interface Hash extends ToLongFunction<IncomingPrediction>, Serializable {}

    /** Makes the empty batch of a bucket. */
    @FunctionalInterface
    public interface Beginning<B> extends IntFunction<B>, Serializable {}

    private final Hash hash;
    private final Beginning<B> beginning;
    private final long longest;
    private transient List<B> batches;

    /** [bucket], the earliest event time in its batch. */
    private transient long[] earliest;

    private transient Counter deadLetters;
    private transient boolean ticking;

    /**
     * A batcher.
     *
     * @param longest ms of the clock that a prediction waits here at most
     */
    @SuppressWarnings("NullAway.Init") // transient fields are set by open
    public PredictionBatcher(Hash hash, Beginning<B> beginning, long longest) {
        this.hash = hash;
        this.beginning = beginning;
        this.longest = longest;
    }

    @Override
    public void open() throws Exception {
        super.open();
        batches = new ArrayList<>();
        earliest = new long[Buckets.COUNT];
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            batches.add(beginning.apply(bucket));
            earliest[bucket] = Long.MAX_VALUE;
        }
        deadLetters = getMetricGroup().counter(DeadLetters.COUNTER);
    }

    @Override
    public void processElement(StreamRecord<IncomingPrediction> element) {
        IncomingPrediction prediction = element.getValue();
        if (!prediction.isPrediction()) {
            refuse(prediction.letter());
            return;
        }
        int bucket = Buckets.of(hash.applyAsLong(prediction));
        B batch = batches.get(bucket);
        batch.add(prediction);
        earliest[bucket] = Math.min(earliest[bucket], prediction.eventTime());
        if (batch.size() == MOST) {
            emit(bucket);
        }
        if (!ticking) {
            ticking = true;
            var timers = getProcessingTimeService();
            var unused = timers.registerTimer(timers.getCurrentProcessingTime() + longest, time -> {
                ticking = false;
                emitUpTo(Long.MAX_VALUE);
            });
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        emitUpTo(mark.getTimestamp()); // else what is here would be late
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emitUpTo(Long.MAX_VALUE);
    }

    @Override
    public void finish() throws Exception {
        emitUpTo(Long.MAX_VALUE);
        super.finish();
    }

    private void refuse(Optional<DeadLetter> letter) {
        letter.ifPresent(refused -> {
            deadLetters.inc();
            output.collect(DeadLetters.TAG, new StreamRecord<>(refused));
        });
    }

    /** Emits the batches with something of this event time or before. */
    private void emitUpTo(long eventTime) {
        for (int bucket = 0; bucket < earliest.length; bucket++) {
            if (earliest[bucket] <= eventTime && batches.get(bucket).size() > 0) {
                emit(bucket);
            }
        }
    }

    private void emit(int bucket) {
        output.collect(new StreamRecord<>(batches.set(bucket, beginning.apply(bucket))));
        earliest[bucket] = Long.MAX_VALUE;
    }
}
