package io.caiman.replay.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a prepared log holds, as its {@code manifest.json}.
 *
 * @param version of this form
 * @param provenance what the log was made from
 * @param counts what became of its lines
 * @param impressions the Avro file of impressions, in order of event time
 * @param badLines the Avro file of dead letters
 * @param blocks where to enter the file of impressions, at least its beginning
 */
record PreparedManifest(
        int version,
        Provenance provenance,
        LineCounts counts,
        StoredFile impressions,
        StoredFile badLines,
        List<Block> blocks) {

    static final int VERSION = 1;
    static final String FILE = "manifest.json";

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectReader READER = JSON.readerFor(PreparedManifest.class)
            .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /**
     * A file of the log.
     *
     * @param sha256 of its bytes, in hexadecimal digits
     */
    record StoredFile(String name, long bytes, String sha256) {}

    /**
     * A stretch of the file of impressions.
     *
     * @param position where it begins in the file, in bytes
     * @param first place of its first impression in the log, from 0
     * @param firstEventTimeMs event time of that, milliseconds since the epoch
     */
    record Block(long position, long first, long firstEventTimeMs) {}

    PreparedManifest {
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("no block");
        }
        blocks = List.copyOf(blocks);
    }

    /**
     * The manifest in a folder.
     *
     * @throws DatasetException if there is none, or none that can be read
     */
    static PreparedManifest in(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(
                    "%s holds no prepared log: it has no %s. Make one there with 'caiman prepare --to %s'."
                            .formatted(folder, FILE, folder));
        }
        try {
            PreparedManifest manifest = READER.readValue(file.toFile());
            if (manifest.version != VERSION) {
                throw new DatasetException("%s is of version %d, expected %d. Prepare the log again."
                        .formatted(file, manifest.version, VERSION));
            }
            return manifest;
        } catch (JsonProcessingException e) {
            throw new DatasetException(
                    "%s is damaged: %s. Prepare the log again.".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /** Where to enter the file so as to miss no impression of a time or later; the first block if there is one only. */
    Block lastBlockBefore(long timeMs) {
        int last = 0;
        while (last + 1 < blocks.size() && blocks.get(last + 1).firstEventTimeMs() < timeMs) {
            last++;
        }
        return blocks.get(last);
    }

    void write(Path folder) throws IOException {
        JSON.writeValue(folder.resolve(FILE).toFile(), this);
    }
}
