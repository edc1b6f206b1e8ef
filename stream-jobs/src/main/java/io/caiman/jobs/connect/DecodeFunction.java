package io.caiman.jobs.connect;

import io.caiman.schemas.RecordCodec;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Decodes consumed records; those that cannot be used go to the side output {@link DeadLetters#TAG} and are counted in the
 * metric {@link DeadLetters#COUNTER}. End-of-log marks are dropped.
 *
 * @param <T> the generated record class
 */
public final class DecodeFunction<T extends SpecificRecordBase> extends ProcessFunction<ConsumedRecord, T> {

    private final Class<T> recordClass;
    private final String reader;
    private final RecordCheck<T> check;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient RecordDecoder<T> decoder;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient Counter deadLetters;

    /**
     * Decodes records of one type.
     *
     * @param reader who reads them, for the letters of those it cannot use
     */
    public DecodeFunction(Class<T> recordClass, String reader, RecordCheck<T> check) {
        this.recordClass = recordClass;
        this.reader = reader;
        this.check = check;
    }

    @Override
    public void open(OpenContext context) {
        decoder = new RecordDecoder<>(RecordCodec.of(recordClass), reader, check);
        deadLetters = getRuntimeContext().getMetricGroup().counter(DeadLetters.COUNTER);
    }

    @Override
    public void processElement(ConsumedRecord consumed, Context context, Collector<T> out) {
        Decoding<T> decoding = decoder.decode(consumed);
        if (decoding instanceof Decoding.Decoded<T> decoded) {
            out.collect(decoded.record());
        } else if (decoding instanceof Decoding.Malformed<T> malformed) {
            deadLetters.inc();
            context.output(DeadLetters.TAG, malformed.letter());
        }
    }
}
