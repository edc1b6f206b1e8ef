package io.caiman.jobs.training;

import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.RecordKey;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.connect.RecordTime;
import io.caiman.jobs.options.KafkaOptions;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * A topic that the job writes to.
 *
 * @param notYetPublished lets those records pass that are not in the topic already
 * @param sink writes them
 */
record Output<T>(FilterFunction<T> notYetPublished, Sink<T> sink) {

    /**
     * A topic that every record gets to exactly once, from whichever checkpoint the job goes on.
     *
     * @param transactions begins the names of its transactions
     */
    static <T extends SpecificRecordBase> Output<T> exactlyOnce(
            KafkaOptions kafka,
            String topic,
            Class<T> recordClass,
            RecordKey<T> key,
            RecordTime<T> time,
            RecordOrigin<T> origin,
            String transactions) {
        return new Output<>(
                new NotYetPublished<>(kafka.connection(), topic, recordClass, origin),
                RecordSink.of(
                        kafka.connection(),
                        topic,
                        recordClass,
                        key,
                        time,
                        Delivery.exactlyOnce(transactions, kafka.transactionTimeout())));
    }

    /** Writes a stream to it. */
    void attach(DataStream<T> records, String name) {
        records.filter(notYetPublished)
                .name("new " + name)
                .uid("new-" + name)
                .sinkTo(sink)
                .name(name)
                .uid(name);
    }
}
