package io.caiman.jobs.connect;

import io.caiman.schemas.RecordCodec;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/** Watermarks of a topic from the event times inside its records. */
public final class LogWatermarks {

    private static final long NO_TIME = Long.MIN_VALUE;

    private LogWatermarks() {}

    /**
     * Watermarks of each partition by itself, so that reading one partition ahead of another, as happens when catching up,
     * makes nothing late. For that the source must know event times, so each record is decoded there and once more where it
     * is used; records that cannot be used have no time.
     *
     * @param reader who reads the records
     * @param outOfOrderness how much later than a younger record an older one may come within one partition
     * @param idleness a partition without records for that long does not hold back the others
     */
    public static <T extends SpecificRecordBase> WatermarkStrategy<ConsumedRecord> of(
            Class<T> recordClass,
            String reader,
            RecordCheck<T> check,
            RecordTime<T> time,
            Duration outOfOrderness,
            Duration idleness) {
        return WatermarkStrategy.<ConsumedRecord>forBoundedOutOfOrderness(outOfOrderness)
                .withTimestampAssigner(
                        context -> assigner(new RecordDecoder<>(RecordCodec.of(recordClass), reader, check), time))
                .withIdleness(idleness);
    }

    private static <T extends SpecificRecordBase> TimestampAssigner<ConsumedRecord> assigner(
            RecordDecoder<T> decoder, RecordTime<T> time) {
        return (consumed, kafkaTime) -> decoder.decode(consumed) instanceof Decoding.Decoded<T> decoded
                ? time.milliseconds(decoded.record())
                : NO_TIME;
    }
}
