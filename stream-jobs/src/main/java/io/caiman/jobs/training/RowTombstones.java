package io.caiman.jobs.training;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.model.train.Evicted;
import io.caiman.schemas.avro.EvictionReason;
import io.caiman.schemas.avro.RowTombstone;
import org.apache.flink.util.OutputTag;

/** The way of what is told of rows that were given up. */
final class RowTombstones {

    /** The trainer's side output. */
    static final OutputTag<RowTombstone> TAG = new OutputTag<>("row-tombstones", AvroRecordType.of(RowTombstone.class));

    private RowTombstones() {}

    /** The topic, for the trainer of one model. */
    static Output<RowTombstone> output(KafkaOptions kafka, String model, String transactions) {
        return Output.exactlyOnce(
                kafka,
                kafka.topics().rowTombstones(),
                RowTombstone.class,
                RowTombstones::key,
                RowTombstone::getEventTimeMs,
                // Those of one step go out in one transaction.
                tombstone -> tombstone.getModel().equals(model)
                        ? RecordOrigin.at(0, tombstone.getStep())
                        : RecordOrigin.elsewhere(),
                transactions);
    }

    private static String key(RowTombstone tombstone) {
        return tombstone.getModel() + "/" + tombstone.getFeature() + "/" + Long.toHexString(tombstone.getRowKey());
    }

    static RowTombstone record(Evicted evicted, String model, long eventTimeMs, long step) {
        return new RowTombstone(
                model,
                evicted.feature(),
                evicted.key(),
                eventTimeMs,
                step,
                EvictionReason.valueOf(evicted.reason().name()),
                evicted.score());
    }
}
