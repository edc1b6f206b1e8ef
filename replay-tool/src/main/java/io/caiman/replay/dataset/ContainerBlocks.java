package io.caiman.replay.dataset;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** The blocks of an Avro container file as they lie there, compressed, from a place on where one begins. */
final class ContainerBlocks implements Closeable {

    private static final int BUFFER_BYTES = 1 << 20;

    private final FileChannel channel;
    private final Schema schema;
    private final BinaryDecoder decoder;
    private final byte[] marker = new byte[DataFileConstants.SYNC_SIZE];
    private final byte[] found = new byte[DataFileConstants.SYNC_SIZE];
    private ByteBuffer block = ByteBuffer.allocate(0);
    private long records;

    /** @param position where a block begins */
    ContainerBlocks(Path file, long position) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        try (InputStream head = new BufferedInputStream(Files.newInputStream(file));
                DataFileStream<Object> container = new DataFileStream<>(head, new GenericDatumReader<>())) {
            schema = container.getSchema();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        // The marker behind each block is that behind the header.
        channel.read(ByteBuffer.wrap(marker), position - marker.length);
        channel.position(position);
        decoder = new DecoderFactory()
                .configureDecoderBufferSize(BUFFER_BYTES)
                .binaryDecoder(Channels.newInputStream(channel), null);
    }

    Schema schema() {
        return schema;
    }

    /** Goes to the next block; false after the last. */
    boolean next() throws IOException {
        if (decoder.isEnd()) {
            return false;
        }
        records = decoder.readLong();
        block = decoder.readBytes(block);
        decoder.readFixed(found);
        if (!Arrays.equals(found, marker)) {
            throw new IOException("the marker behind a block is damaged");
        }
        return true;
    }

    /** The block, valid until the next. */
    ByteBuffer compressed() {
        return block;
    }

    /** Records in the block. */
    long records() {
        return records;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
