package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What is on the agenda. */
final class JoinEventSerializer extends ImmutableTypeSerializer<JoinEvent> {

    static final JoinEventSerializer INSTANCE = new JoinEventSerializer();

    private static final TypeSerializer<ConsumedRecord> RECORD =
            ConsumedRecord.type().createSerializer(new SerializerConfigImpl());

    private static final byte PASSING = 0;
    private static final byte SHOWN = 1;
    private static final byte ANSWER = 2;
    private static final byte EXPIRY = 3;

    @Override
    public void serialize(JoinEvent event, DataOutputView target) throws IOException {
        if (event instanceof JoinEvent.Passing passing) {
            target.writeByte(PASSING);
            RECORD.serialize(passing.record(), target);
        } else if (event instanceof JoinEvent.Shown shown) {
            target.writeByte(SHOWN);
            StringSerializer.INSTANCE.serialize(shown.impressionId(), target);
            RECORD.serialize(shown.record(), target);
        } else if (event instanceof JoinEvent.Answer answer) {
            target.writeByte(ANSWER);
            StringSerializer.INSTANCE.serialize(answer.label(), target);
        } else if (event instanceof JoinEvent.Expiry expiry) {
            target.writeByte(EXPIRY);
            StringSerializer.INSTANCE.serialize(expiry.label(), target);
        }
    }

    @Override
    public JoinEvent deserialize(DataInputView source) throws IOException {
        byte kind = source.readByte();
        return switch (kind) {
            case PASSING -> new JoinEvent.Passing(RECORD.deserialize(source));
            case SHOWN ->
                new JoinEvent.Shown(StringSerializer.INSTANCE.deserialize(source), RECORD.deserialize(source));
            case ANSWER -> new JoinEvent.Answer(StringSerializer.INSTANCE.deserialize(source));
            case EXPIRY -> new JoinEvent.Expiry(StringSerializer.INSTANCE.deserialize(source));
            default -> throw new IOException("an event of the unknown kind " + kind);
        };
    }

    @Override
    public TypeSerializerSnapshot<JoinEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: a byte for the kind, the impression's id or the label's name unless it passes, its record if it comes. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<JoinEvent> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
