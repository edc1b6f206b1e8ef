package io.caiman.jobs.connect;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;

/** How generated records are serialized between operators and in state: Avro binary, with Avro's rules of evolution. */
public final class AvroRecordType {

    private AvroRecordType() {}

    public static <T extends SpecificRecordBase> TypeInformation<T> of(Class<T> recordClass) {
        return new AvroTypeInfo<>(recordClass);
    }
}
