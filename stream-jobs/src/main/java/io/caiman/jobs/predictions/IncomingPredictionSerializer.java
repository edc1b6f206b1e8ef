package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.schemas.avro.DeadLetter;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Used only where a source is not chained to what follows it. */
final class IncomingPredictionSerializer extends TypeSerializerSingleton<IncomingPrediction> {

    static final IncomingPredictionSerializer INSTANCE = new IncomingPredictionSerializer();

    private static final byte NOTHING = 0;
    private static final byte PREDICTION = 1;
    private static final byte LETTER = 2;
    private static final int LENGTH_VARIES = -1;

    @Override
    public void serialize(IncomingPrediction value, DataOutputView target) throws IOException {
        if (value.isPrediction()) {
            target.writeByte(PREDICTION);
            value.names().write(target, Names.NONE);
            target.writeLong(value.impression());
            target.writeLong(value.user());
            target.writeLong(value.eventTime());
            target.writeLong(value.scoredLabel());
        } else if (value.letter().isPresent()) {
            target.writeByte(LETTER);
            letters().serialize(value.letter().get(), target);
        } else {
            target.writeByte(NOTHING);
        }
    }

    @Override
    public IncomingPrediction deserialize(DataInputView source) throws IOException {
        return deserialize(new IncomingPrediction(), source);
    }

    @Override
    public IncomingPrediction deserialize(IncomingPrediction reuse, DataInputView source) throws IOException {
        switch (source.readByte()) {
            case PREDICTION ->
                reuse.set(
                        Names.read(source, Names.NONE),
                        source.readLong(),
                        source.readLong(),
                        source.readLong(),
                        source.readLong());
            case LETTER -> reuse.refuse(letters().deserialize(source));
            default -> reuse.setNothing();
        }
        return reuse;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public IncomingPrediction createInstance() {
        return new IncomingPrediction();
    }

    @Override
    public IncomingPrediction copy(IncomingPrediction from) {
        return copy(from, new IncomingPrediction());
    }

    @Override
    public IncomingPrediction copy(IncomingPrediction from, IncomingPrediction reuse) {
        if (from.isPrediction()) {
            reuse.set(from.names(), from.impression(), from.user(), from.eventTime(), from.scoredLabel());
        } else {
            from.letter().ifPresentOrElse(reuse::refuse, reuse::setNothing);
        }
        return reuse;
    }

    @Override
    public int getLength() {
        return LENGTH_VARIES;
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public TypeSerializerSnapshot<IncomingPrediction> snapshotConfiguration() {
        return new Snapshot();
    }

    private static TypeSerializer<DeadLetter> letters() {
        return AvroRecordType.of(DeadLetter.class).createSerializer(new SerializerConfigImpl());
    }

    /** Version 1: kind (0 nothing, 1 prediction, 2 letter), then names, impression, user, event time and scored label, or the letter. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<IncomingPrediction> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
