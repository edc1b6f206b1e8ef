package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Impression;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/** Writes the two Avro files of a prepared log. */
final class PreparedWriter implements Closeable {

    static final String IMPRESSIONS = "impressions.avro";
    static final String BAD_LINES = "bad-lines.avro";

    /** Impressions between two places where the file can be entered. */
    static final int BLOCK_IMPRESSIONS = 1024;

    private static final int ZSTD_LEVEL = 1;

    /** Blocks end by count before they are as large as that, except where impressions have very many ids. */
    private static final int LARGEST_BLOCK_BYTES = 4 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final ContainerFile<Impression> impressions;
    private final ContainerFile<DeadLetter> badLines;
    private final List<PreparedManifest.Block> blocks = new ArrayList<>();
    private long written;

    PreparedWriter(Path folder) throws IOException {
        impressions = new ContainerFile<>(folder.resolve(IMPRESSIONS), Impression.class);
        try {
            badLines = new ContainerFile<>(folder.resolve(BAD_LINES), DeadLetter.class);
        } catch (IOException e) {
            impressions.close();
            throw e;
        }
    }

    void add(LogEntry entry) throws IOException {
        if (entry instanceof LogEntry.Shown shown) {
            if (written % BLOCK_IMPRESSIONS == 0) {
                blocks.add(new PreparedManifest.Block(impressions.writer.sync(), written, shown.eventTimeMs()));
            }
            impressions.writer.append(shown.impression());
            written++;
        } else if (entry instanceof LogEntry.BadLine bad) {
            badLines.writer.append(bad.letter());
        }
    }

    /** Ends both files. */
    PreparedManifest finish(Provenance provenance, LineCounts counts) throws IOException {
        if (blocks.isEmpty()) {
            blocks.add(new PreparedManifest.Block(impressions.writer.sync(), 0, 0));
        }
        return new PreparedManifest(
                PreparedManifest.VERSION, provenance, counts, impressions.finish(), badLines.finish(), blocks);
    }

    @Override
    public void close() throws IOException {
        try {
            impressions.close();
        } finally {
            badLines.close();
        }
    }

    /** An Avro object container file, compressed by zstd with a checksum over each block. */
    private static final class ContainerFile<T extends SpecificRecordBase> implements Closeable {
        private final Path path;
        private final DigestOutputStream digest;
        private final DataFileWriter<T> writer;

        ContainerFile(Path path, Class<T> recordClass) throws IOException {
            this.path = path;
            OutputStream file = new BufferedOutputStream(Files.newOutputStream(path), BUFFER_BYTES);
            this.digest = new DigestOutputStream(file, sha256());
            this.writer = new DataFileWriter<>(new SpecificDatumWriter<>(recordClass));
            writer.setCodec(CodecFactory.zstandardCodec(ZSTD_LEVEL, true, true));
            writer.setSyncInterval(LARGEST_BLOCK_BYTES);
            writer.create(org.apache.avro.specific.SpecificData.get().getSchema(recordClass), digest);
        }

        PreparedManifest.StoredFile finish() throws IOException {
            writer.close();
            String sha256 = HexFormat.of().formatHex(digest.getMessageDigest().digest());
            return new PreparedManifest.StoredFile(String.valueOf(path.getFileName()), Files.size(path), sha256);
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
