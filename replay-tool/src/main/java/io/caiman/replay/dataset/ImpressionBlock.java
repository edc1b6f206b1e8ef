package io.caiman.replay.dataset;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * The impressions of one block of an Avro container file, one after the other, as the bytes they lie in. The block is
 * uncompressed into an array that is used again, and only what a replay has to know is decoded: Avro's own readers make an
 * object of everything.
 */
final class ImpressionBlock {

    private static final byte[] HEADER = DecodedImpression.CODEC.header();
    private static final int FIRST_BYTES = 1 << 20;

    private final boolean withDomain;
    private @Nullable BinaryDecoder decoder;
    private byte[] bytes = new byte[FIRST_BYTES];
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

    /**
     * Takes on a block.
     *
     * @param compressed by zstd
     * @param impressions in it
     * @throws IOException if it is damaged
     */
    void start(ByteBuffer compressed, long impressions) throws IOException {
        end = 0;
        try (ZstdInputStreamNoFinalizer in = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(
                compressed.array(), compressed.arrayOffset() + compressed.position(), compressed.remaining()))) {
            for (int read = 0; read >= 0; read = in.read(bytes, end, bytes.length - end)) {
                end += read;
                if (end == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * end);
                }
            }
        }
        next = 0;
        left = impressions;
        decoder = DecoderFactory.get().binaryDecoder(bytes, 0, end, decoder);
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
        skipBehindDomain(decoder);
        next = end - decoder.inputStream().available();
        return true;
    }

    /** Field by field, as the schema has them: several times as fast as Avro's own skipping by schema. */
    private static void skipBehindDomain(BinaryDecoder decoder) throws IOException {
        for (long slots = decoder.skipArray(); slots > 0; slots = decoder.skipArray()) {
            for (long slot = 0; slot < slots; slot++) {
                decoder.skipString(); // name
                for (long ids = decoder.skipArray(); ids > 0; ids = decoder.skipArray()) {
                    for (long id = 0; id < ids; id++) {
                        decoder.readLong();
                    }
                }
                for (long weights = decoder.skipArray(); weights > 0; weights = decoder.skipArray()) {
                    decoder.skipFixed((int) weights * Float.BYTES);
                }
            }
        }
        for (long values = decoder.skipMap(); values > 0; values = decoder.skipMap()) {
            for (long value = 0; value < values; value++) {
                decoder.skipString(); // name
                decoder.skipFixed(Float.BYTES);
            }
        }
        for (long labels = decoder.skipMap(); labels > 0; labels = decoder.skipMap()) {
            for (long label = 0; label < labels; label++) {
                decoder.skipString(); // task
                decoder.skipFixed(1);
            }
        }
        if (decoder.readIndex() == 1) {
            decoder.readEnum(); // split
        }
        for (long tasks = decoder.skipArray(); tasks > 0; tasks = decoder.skipArray()) {
            for (long task = 0; task < tasks; task++) {
                decoder.skipString(); // awaited
            }
        }
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
