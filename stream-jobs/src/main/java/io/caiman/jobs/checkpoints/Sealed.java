package io.caiman.jobs.checkpoints;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Bytes with a checksum after them. Flink stores operator state without one, so a damaged bit of it would be taken for
 * what was meant; RocksDB has its own.
 */
public final class Sealed {

    /** What the names of list states of sealed bytes begin with, for {@link CheckpointInspection} to find them. */
    public static final String STATE_PREFIX = "sealed-";

    private Sealed() {}

    /** The bytes with their checksum. */
    public static byte[] seal(byte[] bytes) {
        return ByteBuffer.allocate(bytes.length + Integer.BYTES)
                .put(bytes)
                .putInt(checksum(bytes, bytes.length))
                .array();
    }

    /** Whether these are bytes that {@link #seal} gave. */
    public static boolean isIntact(byte[] sealed) {
        int length = sealed.length - Integer.BYTES;
        return length >= 0 && ByteBuffer.wrap(sealed).getInt(length) == checksum(sealed, length);
    }

    /**
     * The bytes that were sealed.
     *
     * @throws IllegalArgumentException if they have changed since
     */
    public static byte[] open(byte[] sealed) {
        if (!isIntact(sealed)) {
            throw new IllegalArgumentException(
                    "what the checkpoint holds does not match its checksum: go on from another one; --restore latest finds it");
        }
        return Arrays.copyOf(sealed, sealed.length - Integer.BYTES);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
