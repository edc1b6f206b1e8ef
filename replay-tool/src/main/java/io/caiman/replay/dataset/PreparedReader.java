package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * A {@link PreparedLog}. Its impressions are given as the bytes they lie in, so nothing is decoded and encoded again on the
 * way to Kafka.
 */
final class PreparedReader implements ImpressionSource {

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path folder;
    private final PreparedManifest manifest;
    private final EventTimeRange range;
    private final Set<String> domains;
    private final OptionalLong limit;
    private final DataFileReader<DeadLetter> badLines;
    private final ContainerBlocks impressions;
    private final ImpressionBlock block;

    private boolean checked;
    private boolean waiting;
    private boolean ended;
    private long given;
    private long badGiven;
    private long filtered;

    private PreparedReader(DatasetOptions options) throws IOException {
        this.folder = options.folder(Dataset.PREPARED);
        this.manifest = PreparedManifest.in(folder);
        this.range = options.range();
        this.domains = options.domains();
        this.limit = options.limit();
        this.badLines = new DataFileReader<>(
                folder.resolve(manifest.badLines().name()).toFile(), new SpecificDatumReader<>(DeadLetter.class));
        PreparedManifest.Block entered = manifest.lastBlockBefore(range.fromMs());
        this.filtered = entered.first();
        this.impressions =
                new ContainerBlocks(folder.resolve(manifest.impressions().name()), entered.position());
        if (!impressions.schema().equals(DecodedImpression.CODEC.schema())) {
            close();
            throw new DatasetException(
                    "%s was prepared by another version, whose impressions have other fields. Prepare the log again."
                            .formatted(folder));
        }
        this.block = new ImpressionBlock(!domains.isEmpty());
    }

    static ImpressionSource open(DatasetOptions options) {
        try {
            return new PreparedReader(options);
        } catch (IOException e) {
            throw DatasetException.unreadable(options.folder(Dataset.PREPARED), e);
        }
    }

    @Override
    public Provenance provenance() {
        return manifest.provenance();
    }

    /** Checks both files against their checksums. */
    @Override
    public void prepare(LongConsumer linesRead) {
        if (!checked) {
            require(manifest.badLines());
            require(manifest.impressions());
            checked = true;
        }
    }

    private void require(PreparedManifest.StoredFile stored) {
        Path file = folder.resolve(stored.name());
        MessageDigest sha256 = PreparedWriter.sha256();
        try (InputStream bytes =
                new DigestInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), sha256)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            while (bytes.read(buffer) >= 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new DatasetException("checking the prepared log was interrupted");
                }
            }
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(stored.sha256())) {
            throw new DatasetException(
                    "%s is not as it was prepared: its SHA-256 checksum differs from that in %s. Prepare the log again."
                            .formatted(file, PreparedManifest.FILE));
        }
    }

    @Override
    public boolean hasNext() {
        prepare(linesRead -> {});
        if (badLines.hasNext()) {
            return true;
        }
        try {
            while (!waiting && !ended) {
                findNext();
            }
        } catch (IOException e) {
            throw DatasetException.unreadable(
                    folder.resolve(manifest.impressions().name()), e);
        }
        return waiting;
    }

    private void findNext() throws IOException {
        if (limit.isPresent() && given == limit.getAsLong()) {
            ended = true;
        } else if (block.next()) {
            waiting = range.contains(block.eventTimeMs()) && (domains.isEmpty() || domains.contains(block.domain()));
            filtered += waiting ? 0 : 1;
            ended = block.eventTimeMs() >= range.untilMs();
        } else if (impressions.next()) {
            block.start(impressions.compressed(), impressions.records());
        } else {
            ended = true;
        }
    }

    @Override
    public LogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        if (badLines.hasNext()) {
            badGiven++;
            return new LogEntry.BadLine(badLines.next());
        }
        waiting = false;
        given++;
        return new EncodedImpression(block.eventTimeMs(), block.user(), block.encoded());
    }

    @Override
    public OptionalLong expectedEntries() {
        LineCounts prepared = manifest.counts();
        return domains.isEmpty() && range.isAll()
                ? OptionalLong.of(prepared.bad() + Math.min(prepared.impressions(), limit.orElse(Long.MAX_VALUE)))
                : OptionalLong.empty();
    }

    @Override
    public LineCounts counts() {
        LineCounts prepared = manifest.counts();
        long leftOut = prepared.filtered() + (ended ? prepared.impressions() - given : filtered);
        return new LineCounts(prepared.read(), given, badGiven, leftOut, prepared.withoutFeatures());
    }

    @Override
    public void close() {
        try {
            badLines.close();
            impressions.close();
        } catch (IOException e) {
            throw new DatasetException("the files of the prepared log cannot be closed: " + e, e);
        }
    }
}
