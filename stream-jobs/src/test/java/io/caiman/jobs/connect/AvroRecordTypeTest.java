package io.caiman.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.Slot;
import io.caiman.schemas.avro.Split;
import io.caiman.schemas.avro.TopicOrigin;
import io.caiman.schemas.avro.WindowKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Flink's Avro support is built against Avro 1.11; here it runs with 1.12. */
class AvroRecordTypeTest {

    static Stream<SpecificRecordBase> records() {
        Impression full = new Impression(
                "i1",
                1_700_000_000_000L,
                "u1",
                "v1",
                "feed",
                List.of(new Slot("tag", List.of(1L, -2L), List.of(0.5f, 2f)), new Slot("age", List.of(7L), List.of())),
                Map.of("duration", 1.25f),
                Map.of("click", true, "like", false),
                Split.TEST,
                List.of("like"));
        return Stream.of(
                full,
                Impression.newBuilder(full)
                        .setSlots(List.of())
                        .setDense(Map.of())
                        .setSplit(null)
                        .build(),
                new Prediction("i1", 3, 5L, -1L, "crocodile", 12L, "feed", "ü", "click", true, 0.123456789),
                new DomainMetrics(
                        "m", "click", null, WindowKind.ROLLING, "1h", 0L, 60L, 0, 3L, 1L, 0L, 0.5, null, 0.1, null),
                new DeadLetter(new TopicOrigin("t", 1, 2L), ByteBuffer.wrap(new byte[] {1, 2}), "broken", "metrics"),
                new DeadLetter(new FileOrigin("a.csv", 3L), null, "broken", "replay"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void a_record_survives_serialization_and_copying(SpecificRecordBase record) throws IOException {
        TypeSerializer<SpecificRecordBase> serializer = serializerFor(record);
        byte[] bytes = serialized(serializer, record);

        assertThat(serializer.deserialize(new DataInputDeserializer(bytes))).isEqualTo(record);
        assertThat(serializer.copy(record)).isEqualTo(record).isNotSameAs(record);

        DataOutputSerializer copied = new DataOutputSerializer(bytes.length);
        serializer.copy(new DataInputDeserializer(bytes), copied);
        assertThat(serializer.deserialize(new DataInputDeserializer(copied.getCopyOfBuffer())))
                .isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("records")
    void a_restored_snapshot_reads_what_was_written_and_accepts_the_serializer_as_it_is(SpecificRecordBase record)
            throws IOException {
        TypeSerializer<SpecificRecordBase> serializer = serializerFor(record);
        byte[] bytes = serialized(serializer, record);
        DataOutputSerializer target = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(target, serializer.snapshotConfiguration());

        TypeSerializerSnapshot<SpecificRecordBase> restored = TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(target.getCopyOfBuffer()), getClass().getClassLoader());

        assertThat(restored.restoreSerializer().deserialize(new DataInputDeserializer(bytes)))
                .isEqualTo(record);
        assertThat(serializer
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(restored)
                        .isCompatibleAsIs())
                .isTrue();
    }

    @Test
    void records_of_one_type_are_interchangeable_with_those_of_no_other() {
        assertThat(AvroRecordType.of(Prediction.class))
                .isEqualTo(AvroRecordType.of(Prediction.class))
                .isNotEqualTo(AvroRecordType.of(Impression.class));
    }

    @SuppressWarnings("unchecked")
    private static TypeSerializer<SpecificRecordBase> serializerFor(SpecificRecordBase record) {
        Class<SpecificRecordBase> recordClass = (Class<SpecificRecordBase>) record.getClass();
        return AvroRecordType.of(recordClass).createSerializer(new SerializerConfigImpl());
    }

    private static byte[] serialized(TypeSerializer<SpecificRecordBase> serializer, SpecificRecordBase record)
            throws IOException {
        DataOutputSerializer target = new DataOutputSerializer(256);
        serializer.serialize(record, target);
        return target.getCopyOfBuffer();
    }
}
