package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.DeadLetters;
import io.caiman.schemas.avro.DeadLetter;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gathers predictions by bucket of the user, so that a network exchange and a look-up of state are paid for hundreds at once.
 * Nothing waits here for longer than the next watermark or the refresh interval, and nothing across a checkpoint.
 */
final class PredictionBatcher extends AbstractStreamOperator<Observations>
        implements OneInputStreamOperator<IncomingPrediction, Observations> {

    private static final long serialVersionUID = 1;

    private static final int MOST = 1 << 11;

    private final long refresh;

    private transient Observations[] batches;
    private transient Counter deadLetters;
    private transient boolean ticking;

    @SuppressWarnings("NullAway.Init") // transient fields are set by open
    PredictionBatcher(long refresh) {
        this.refresh = refresh;
    }

    @Override
    public void open() throws Exception {
        super.open();
        batches = new Observations[Buckets.COUNT];
        for (int bucket = 0; bucket < batches.length; bucket++) {
            batches[bucket] = new Observations(bucket);
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
        int bucket = Buckets.of(prediction.user());
        Observations batch = batches[bucket];
        batch.add(prediction.names(), prediction.user(), prediction.eventTime(), prediction.scoredLabel());
        if (batch.size() == MOST) {
            emit(bucket);
        }
        if (!ticking) {
            ticking = true;
            var timers = getProcessingTimeService();
            var unused = timers.registerTimer(timers.getCurrentProcessingTime() + refresh, time -> {
                ticking = false;
                emitAll();
            });
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        emitAll(); // else what is here would be late
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emitAll();
    }

    @Override
    public void finish() throws Exception {
        emitAll();
        super.finish();
    }

    private void refuse(Optional<DeadLetter> letter) {
        letter.ifPresent(refused -> {
            deadLetters.inc();
            output.collect(DeadLetters.TAG, new StreamRecord<>(refused));
        });
    }

    private void emitAll() {
        for (int bucket = 0; bucket < batches.length; bucket++) {
            if (batches[bucket].size() > 0) {
                emit(bucket);
            }
        }
    }

    private void emit(int bucket) {
        output.collect(new StreamRecord<>(batches[bucket]));
        batches[bucket] = new Observations(bucket);
    }
}
