package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** The impressions of one block of an Avro container file, one after the other, as the bytes they lie in. */
final class ImpressionBlock {

    private static final byte[] HEADER = DecodedImpression.CODEC.header();
    private static final List<Schema> BEHIND_DOMAIN = behind("domain");

    private final boolean withDomain;
    private @Nullable BinaryDecoder decoder;
    private byte[] bytes = {};
    private int end;
    private long left;

    private long eventTimeMs;
    private ByteBuffer user = ByteBuffer.allocate(0);
    private ByteBuffer domain = ByteBuffer.allocate(0);
    private int start;
    private int next;

    /** @param withDomain whether {@link #domain()} will be asked for */
    ImpressionBlock(boolean withDomain) {
        this.withDomain = withDomain;
    }

    private static List<Schema> behind(String field) {
        List<Schema.Field> fields = Impression.getClassSchema().getFields();
        int position = Impression.getClassSchema().getField(field).pos();
        return fields.stream().skip(position + 1L).map(Schema.Field::schema).toList();
    }

    /** Takes on a block, which must stay as it is until the next. */
    void start(ByteBuffer block, long impressions) {
        bytes = block.array();
        next = block.arrayOffset() + block.position();
        end = next + block.remaining();
        left = impressions;
        decoder = DecoderFactory.get().binaryDecoder(bytes, next, block.remaining(), decoder);
    }

    /** Goes to the next impression; false after the last. */
    boolean next() throws IOException {
        if (left == 0 || decoder == null) {
            return false;
        }
        left--;
        start = next;
        decoder.skipString(); // id
        eventTimeMs = decoder.readLong();
        user = decoder.readBytes(user); // a string is written as its bytes are
        decoder.skipString(); // item
        if (withDomain) {
            domain = decoder.readBytes(domain);
        } else {
            decoder.skipString();
        }
        for (Schema field : BEHIND_DOMAIN) {
            GenericDatumReader.skip(field, decoder);
        }
        next = end - decoder.inputStream().available();
        return true;
    }

    long eventTimeMs() {
        return eventTimeMs;
    }

    byte[] user() {
        return Arrays.copyOfRange(user.array(), user.position(), user.limit());
    }

    String domain() {
        return new String(domain.array(), domain.position(), domain.remaining(), StandardCharsets.UTF_8);
    }

    /** The impression as {@link io.caiman.schemas.RecordCodec} would encode it, in an array of its own. */
    byte[] encoded() {
        byte[] encoded = Arrays.copyOf(HEADER, HEADER.length + next - start);
        System.arraycopy(bytes, start, encoded, HEADER.length, next - start);
        return encoded;
    }
}
