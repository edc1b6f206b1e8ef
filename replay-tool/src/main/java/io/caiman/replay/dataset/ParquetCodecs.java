package io.caiman.replay.dataset;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Uncompresses pages of Parquet. Parquet's own codecs would bring in Hadoop's, and what those need. */
final class ParquetCodecs implements CompressionCodecFactory {

    /** The compressions that can be read. */
    static final Set<CompressionCodecName> KNOWN = Set.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.GZIP,
            CompressionCodecName.ZSTD);

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Decompressor(codec);
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void release() {}

    private record Decompressor(CompressionCodecName codec) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return codec == CompressionCodecName.UNCOMPRESSED
                    ? page
                    : BytesInput.from(uncompressed(page.toInputStream().readAllBytes(), size));
        }

        @Override
        public void decompress(ByteBuffer page, int compressedSize, ByteBuffer target, int size) throws IOException {
            byte[] compressed = new byte[compressedSize];
            page.get(compressed);
            target.put(uncompressed(compressed, size));
        }

        private byte[] uncompressed(byte[] page, int size) throws IOException {
            byte[] bytes = switch (codec) {
                case UNCOMPRESSED -> page;
                case SNAPPY -> snappy(page, size);
                case ZSTD -> Zstd.decompress(page, size);
                case GZIP -> {
                    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(page))) {
                        // One byte more than there should be shows that there are more.
                        yield in.readNBytes(size + 1);
                    }
                }
                default -> throw new IOException("compressed with " + codec);
            };
            if (bytes.length != size) {
                throw new IOException("a page of %d bytes, expected %d".formatted(bytes.length, size));
            }
            return bytes;
        }

        private static byte[] snappy(byte[] page, int size) throws IOException {
            // The page says for itself how much memory to take: a damaged one should not get it.
            if (Snappy.uncompressedLength(page) != size) {
                throw new IOException(
                        "a page of %d bytes, expected %d".formatted(Snappy.uncompressedLength(page), size));
            }
            return Snappy.uncompress(page);
        }

        @Override
        public void release() {}
    }
}
