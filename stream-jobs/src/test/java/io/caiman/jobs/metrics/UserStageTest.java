package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.schemas.avro.Prediction;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class UserStageTest {

    private static final Panes PANES = new Panes(10_000, List.of(10_000L), 0, Panes.FOR_EVER);

    private static KeyedOneInputStreamOperatorTestHarness<Integer, Observations, Partials> task(int tasks, int index)
            throws Exception {
        KeyedOneInputStreamOperatorTestHarness<Integer, Observations, Partials> task =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new UserStage(PANES, false, 1_000),
                        batch -> Buckets.key(batch.bucket()),
                        Types.INT,
                        Buckets.COUNT,
                        tasks,
                        index);
        task.setup(PartialsSerializer.INSTANCE);
        return task;
    }

    /** A positive and a negative of a user of the second half of the buckets. */
    private static Observations observations(long eventTime) {
        String user = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "u" + i)
                .filter(name -> Buckets.of(IncomingPrediction.user(name)) >= Buckets.COUNT / 2)
                .findFirst()
                .orElseThrow();
        Observations observations = new Observations(Buckets.of(IncomingPrediction.user(user)));
        for (boolean label : new boolean[] {true, false}) {
            observations.add(IncomingPrediction.of(
                    new Prediction("i", 0, 0L, eventTime, "m", 0L, "feed", user, "click", label, 0.5)));
        }
        return observations;
    }

    @Test
    void buckets_that_were_less_far_than_others_before_a_restore_are_not_held_back_by_those() throws Exception {
        OperatorSubtaskState ahead;
        try (var task = task(2, 0)) {
            task.open();
            task.processWatermark(49_999);
            ahead = task.snapshot(1, 1);
        }
        OperatorSubtaskState behind;
        try (var task = task(2, 1)) {
            task.open();
            task.processWatermark(19_999);
            task.processElement(new StreamRecord<>(observations(25_000)));
            task.prepareSnapshotPreBarrier(1);
            behind = task.snapshot(1, 1);
        }
        try (var both = task(1, 0)) {
            both.initializeState(AbstractStreamOperatorTestHarness.repackageState(ahead, behind));
            both.open();
            both.processWatermark(29_999);
            assertThat(both.extractOutputValues())
                    .flatExtracting(Partials::each)
                    .flatExtracting(Partial::shares)
                    .isNotEmpty()
                    .allSatisfy(share -> assertThat(share.end()).isEqualTo(30_000));
        }
    }
}
