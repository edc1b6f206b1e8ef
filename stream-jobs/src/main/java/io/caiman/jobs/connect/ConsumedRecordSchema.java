package io.caiman.jobs.connect;

import io.caiman.schemas.Topics;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Hands every record on as it lies in the log: a record that cannot be decoded must not stop the source. */
final class ConsumedRecordSchema implements KafkaRecordDeserializationSchema<ConsumedRecord> {

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ConsumedRecord> out) {
        out.collect(new ConsumedRecord(
                record.topic(),
                record.partition(),
                record.offset(),
                record.value(),
                record.headers().lastHeader(Topics.END_OF_LOG_HEADER) != null));
    }

    @Override
    public TypeInformation<ConsumedRecord> getProducedType() {
        return ConsumedRecord.type();
    }
}
