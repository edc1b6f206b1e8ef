package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.Decoding;
import io.caiman.jobs.connect.RecordDecoder;
import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Prediction;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads out of a record's bytes what is needed of a prediction, without making objects of the rest: a tenth of the time
 * of decoding it. What is not plainly a valid prediction of the current schema is left to the {@link RecordDecoder}, which
 * also says what is wrong.
 */
final class PredictionReader {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final PredictionCheck check;
    private final RecordDecoder<Prediction> decoder;
    private final byte[] header;

    private byte[] bytes = {};
    private int position;
    private int from;
    private int length;

    /**
     * A reader.
     *
     * @param name who reads, for the letters of what cannot be used
     */
    PredictionReader(PredictionCheck check, String name) {
        this.check = check;
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        this.decoder = new RecordDecoder<>(codec, name, check);
        this.header = codec.header();
    }

    void read(ConsumedRecord consumed, IncomingPrediction into) {
        byte[] value = consumed.value().orElse(null);
        if (value == null || consumed.endOfLog() || !readPlain(value, into)) {
            Decoding<Prediction> decoding = decoder.decode(consumed);
            if (decoding instanceof Decoding.Decoded<Prediction> decoded) {
                IncomingPredictionSerializer.INSTANCE.copy(IncomingPrediction.of(decoded.record()), into);
            } else if (decoding instanceof Decoding.Malformed<Prediction> malformed) {
                into.refuse(malformed.letter());
            } else {
                into.setNothing();
            }
        }
    }

    /** Whether the bytes were plainly a valid prediction. */
    boolean readPlain(byte[] value, IncomingPrediction into) {
        if (value.length < header.length || !Arrays.equals(value, 0, header.length, header, 0, header.length)) {
            return false;
        }
        bytes = value;
        position = header.length;
        try {
            // The fields in the schema's order.
            readText(); // impressionId
            int partition = (int) readNumber();
            long offset = readNumber();
            long eventTime = readNumber();
            readText();
            int model = from;
            int task = length;
            readNumber(); // step
            readText();
            int domainAt = from;
            int domainLength = length;
            readText();
            long user = IncomingPrediction.user(value, from, length);
            readText();
            int domain = task + length;
            // Made anew: to look for the same ones among thousands is a way to a far place in memory.
            byte[] names = new byte[domain + domainLength];
            System.arraycopy(value, model, names, 0, task);
            System.arraycopy(value, from, names, task, length);
            System.arraycopy(value, domainAt, names, domain, domainLength);
            byte label = value[position++];
            double score = Double.longBitsToDouble((long) LONG.get(value, position));
            if (label < 0 || label > 1 || !check.accepts(score, eventTime)) {
                return false;
            }
            into.set(
                    new Names(names, task, domain),
                    IncomingPrediction.impression(partition, offset),
                    user,
                    eventTime,
                    ScoredLabel.encode(score, label == 1));
            return true;
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }

    /** A zigzag number of variable length. */
    private long readNumber() {
        long zigzag = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes[position++];
            zigzag |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw new IndexOutOfBoundsException("a number of more than 64 bits");
    }

    private void readText() {
        long size = readNumber();
        if (size < 0 || size > bytes.length - position) {
            throw new IndexOutOfBoundsException("a text beyond the record's end");
        }
        from = position;
        length = (int) size;
        position += length;
    }
}
