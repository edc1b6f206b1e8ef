package io.caiman.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SystemLimitException;
import org.apache.avro.message.BadHeaderException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The one way records become bytes and back: Avro's single-object encoding, that is the two bytes {@code C3 01}, the
 * 64-bit fingerprint of the writer's schema (little endian) and the Avro binary body.
 *
 * <p>The fingerprint tells which schema wrote a record, so records of older schema versions stay readable: name those
 * versions when making the codec. Safe for use by several threads.
 *
 * @param <T> the generated record class
 */
public final class RecordCodec<T extends SpecificRecordBase> {

    private static final int HEADER_BYTES = 10;

    /** Far above any record that Kafka would carry, far below what hurts. */
    private static final String MOST_BYTES = String.valueOf(16 << 20);

    static {
        // Avro believes the lengths it reads: without limits a damaged one makes it ask for gigabytes at once.
        for (String limit : List.of(
                SystemLimitException.MAX_BYTES_LENGTH_PROPERTY,
                SystemLimitException.MAX_STRING_LENGTH_PROPERTY,
                SystemLimitException.MAX_COLLECTION_LENGTH_PROPERTY)) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, MOST_BYTES);
            }
        }
    }

    private final Schema schema;
    private final BinaryMessageEncoder<T> encoder;
    private final BinaryMessageDecoder<T> decoder;

    private RecordCodec(Schema schema, SpecificData data, List<Schema> olderVersions) {
        this.schema = schema;
        this.encoder = new BinaryMessageEncoder<>(data, schema);
        this.decoder = new BinaryMessageDecoder<>(data, schema);
        olderVersions.forEach(decoder::addSchema);
    }

    /**
     * A codec that writes a record class's current schema, and reads that and the given older versions of it.
     *
     * @throws IllegalArgumentException if the class is not a generated record
     */
    public static <T extends SpecificRecordBase> RecordCodec<T> of(Class<T> recordClass, Schema... olderVersions) {
        SpecificData data = SpecificData.getForClass(recordClass);
        return new RecordCodec<>(data.getSchema(recordClass), data, List.of(olderVersions));
    }

    /** The schema this codec writes. */
    public Schema schema() {
        return schema;
    }

    /** The bytes in front of each body: what a body that was written with {@link #schema()} elsewhere needs to be a record. */
    public byte[] header() {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(SchemaNormalization.parsingFingerprint64(schema))
                .array();
    }

    /** The record as bytes in an array of its own. */
    public byte[] encode(T record) {
        try {
            ByteBuffer encoded = encoder.encode(record);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("in-memory encoding of " + schema.getFullName() + " failed", e);
        }
    }

    /**
     * The record written in these bytes.
     *
     * @throws MalformedRecordException if they are not a record of this type, with the reason in words
     */
    public T decode(byte[] bytes) throws MalformedRecordException {
        try {
            return decoder.decode(bytes);
        } catch (BadHeaderException e) {
            throw new MalformedRecordException(
                    "expected the header of a %s (C3 01 and a schema fingerprint), found %s"
                            .formatted(schema.getName(), start(bytes)),
                    e);
        } catch (MissingSchemaException e) {
            throw new MalformedRecordException(
                    "written with an unknown schema: no version of %s known here has the fingerprint in the header %s"
                            .formatted(schema.getName(), start(bytes)),
                    e);
        } catch (IOException | RuntimeException e) { // on damaged bytes Avro throws whatever comes its way
            throw new MalformedRecordException(
                    "the body of this %s (%d bytes in all) is damaged: %s"
                            .formatted(schema.getName(), bytes.length, e.getMessage()),
                    e);
        }
    }

    private static String start(byte[] bytes) {
        int shown = Math.min(bytes.length, HEADER_BYTES);
        return shown == 0
                ? "nothing"
                : HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes, 0, shown);
    }
}
