package io.caiman.jobs.training;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.model.train.Evicted;
import io.caiman.schemas.avro.EvictionReason;
import io.caiman.schemas.avro.RowTombstone;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.util.OutputTag;

/** The way of what is told of rows that were given up. */
final class RowTombstones {

    /** The trainer's side output. */
    static final OutputTag<RowTombstone> TAG = new OutputTag<>("row-tombstones", AvroRecordType.of(RowTombstone.class));

    private RowTombstones() {}

    static KafkaSink<RowTombstone> sink(KafkaConnection connection, String topic, Delivery delivery) {
        return RecordSink.of(
                connection, topic, RowTombstone.class, RowTombstones::key, RowTombstone::getEventTimeMs, delivery);
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
