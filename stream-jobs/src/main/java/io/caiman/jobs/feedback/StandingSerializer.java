package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What is known of an impression. */
final class StandingSerializer extends ImmutableTypeSerializer<Standing> {

    static final StandingSerializer INSTANCE = new StandingSerializer();

    private static final TypeSerializer<ConsumedRecord> RECORD =
            ConsumedRecord.type().createSerializer(new SerializerConfigImpl());

    private static final byte AWAITS_FEEDBACK = 0;
    private static final byte AWAITS_IMPRESSION = 1;
    private static final byte ANSWERED = 2;
    private static final byte CLOSED = 3;

    @Override
    public void serialize(Standing standing, DataOutputView target) throws IOException {
        if (standing instanceof Standing.AwaitsFeedback awaits) {
            target.writeByte(AWAITS_FEEDBACK);
            target.writeInt(awaits.held().size());
            for (Standing.Held held : awaits.held()) {
                RECORD.serialize(held.record(), target);
                target.writeLong(held.until());
            }
        } else if (standing instanceof Standing.AwaitsImpression awaits) {
            target.writeByte(AWAITS_IMPRESSION);
            target.writeInt(awaits.until().size());
            for (long until : awaits.until()) {
                target.writeLong(until);
            }
        } else if (standing instanceof Standing.Answered answered) {
            target.writeByte(ANSWERED);
            target.writeLong(answered.until());
        } else if (standing instanceof Standing.Closed closed) {
            target.writeByte(CLOSED);
            target.writeLong(closed.until());
        }
    }

    @Override
    public Standing deserialize(DataInputView source) throws IOException {
        byte kind = source.readByte();
        return switch (kind) {
            case AWAITS_FEEDBACK -> awaitsFeedback(source);
            case AWAITS_IMPRESSION -> awaitsImpression(source);
            case ANSWERED -> new Standing.Answered(source.readLong());
            case CLOSED -> new Standing.Closed(source.readLong());
            default -> throw new IOException("a standing of the unknown kind " + kind);
        };
    }

    private static Standing awaitsFeedback(DataInputView source) throws IOException {
        List<Standing.Held> held = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            held.add(new Standing.Held(RECORD.deserialize(source), source.readLong()));
        }
        return new Standing.AwaitsFeedback(held);
    }

    private static Standing awaitsImpression(DataInputView source) throws IOException {
        List<Long> until = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            until.add(source.readLong());
        }
        return new Standing.AwaitsImpression(until);
    }

    @Override
    public TypeSerializerSnapshot<Standing> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: a byte for the kind, then its times in ms, where several with their number, and records before theirs. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Standing> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
