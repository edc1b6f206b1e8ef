package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.schemas.Topics;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads predictions in the source itself, once, where watermarks need their event times. */
final class PredictionSchema implements KafkaRecordDeserializationSchema<IncomingPrediction> {

    private final PredictionCheck check;
    private final String name;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient PredictionReader reader;

    private transient IncomingPrediction prediction;

    @SuppressWarnings("NullAway.Init")
    PredictionSchema(PredictionCheck check, String name) {
        this.check = check;
        this.name = name;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        reader = new PredictionReader(check, name);
        prediction = new IncomingPrediction();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<IncomingPrediction> out) {
        if (record.value() == null || !reader.readPlain(record.value(), prediction)) {
            reader.read(
                    new ConsumedRecord(
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            record.value(),
                            record.headers().lastHeader(Topics.END_OF_LOG_HEADER) != null),
                    prediction);
        }
        out.collect(prediction);
    }

    @Override
    public TypeInformation<IncomingPrediction> getProducedType() {
        return IncomingPrediction.type();
    }
}
