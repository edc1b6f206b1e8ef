package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Slot;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.openhft.hashing.LongHashFunction;

/**
 * Ali-CCP's table of common features, which samples share and name by an index. The table stays on disk; the heap holds
 * where each of its lines starts, about 32 bytes a line (50 MB for the 1.6 million of both published tables), and the slots
 * of the lines used last. Samples that share a line stand together in the published files, so nearly all find it there.
 */
final class AliCcpCommonFeatures implements Closeable {

    static final LineLayout LAYOUT =
            LineLayout.plain(",", StandardCharsets.UTF_8, "common_feature_index", "feature_num", "feature_list");

    /** The longest published line is below this by far. */
    private static final int LONGEST_LINE_BYTES = 1 << 19;

    private static final int LINES_AT_HAND = 1 << 12;
    private static final long ABSENT = -1;
    private static final LongHashFunction HASH = LongHashFunction.xx3();

    /** A line that can be used, or why it cannot be. */
    private record Line(List<Slot> slots, String problem) {}

    private final Path file;
    private final FileChannel channel;
    private final AliCcpFeatures features;
    private final DelimitedLine columns;
    private final Long2LongOpenHashMap starts = new Long2LongOpenHashMap();
    private final Map<Long, Line> atHand = new LinkedHashMap<>(LINES_AT_HAND, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Line> eldest) {
            return size() > LINES_AT_HAND;
        }
    };
    private ByteBuffer bytes = ByteBuffer.allocate(1 << 14);

    /**
     * Notes where the lines start.
     *
     * @throws DatasetException if the file cannot be read
     */
    AliCcpCommonFeatures(Path file, AliCcpFeatures features) {
        this.file = file;
        this.features = features;
        starts.defaultReturnValue(ABSENT);
        try (LineReader lines = new LineReader(file, LONGEST_LINE_BYTES)) {
            columns = SortedLog.columns(file, lines, LAYOUT, LAYOUT.columns());
            while (lines.next()) {
                int comma = lines.start();
                while (comma < lines.end() && lines.bytes()[comma] != ',') {
                    comma++;
                }
                starts.put(HASH.hashBytes(lines.bytes(), lines.start(), comma - lines.start()), lines.offset());
            }
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /**
     * The slots of a line.
     *
     * @param index its index, as the sample has it
     * @throws MalformedLineException if the table has no such line, or one that cannot be used
     */
    List<Slot> slots(String index) throws MalformedLineException {
        long start = starts.get(HASH.hashBytes(index.getBytes(StandardCharsets.UTF_8)));
        if (start == ABSENT) {
            throw MalformedLineException.inColumn("common_feature_index", "an index of " + file.getFileName(), index);
        }
        Line line = atHand.get(start);
        if (line == null) {
            line = read(start, index);
            atHand.put(start, line);
        }
        if (!line.problem.isEmpty()) {
            throw new MalformedLineException(line.problem);
        }
        return line.slots;
    }

    private Line read(long start, String index) {
        try {
            int length = readLine(start);
            columns.set(bytes.array(), 0, length);
            if (!columns.text(0).equals(index)) {
                throw MalformedLineException.inColumn("common_feature_index", index, columns.text(0));
            }
            byte[] list = columns.bytes(2);
            return new Line(List.copyOf(features.slots(list, 0, list.length, columns.id(1))), "");
        } catch (MalformedLineException e) {
            return new Line(List.of(), "common features %s in %s: %s".formatted(index, file.getFileName(), e.reason()));
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /** Reads the line that starts at a place of the file, and gives its length. */
    private int readLine(long start) throws IOException, MalformedLineException {
        bytes.clear();
        int searched = 0;
        while (true) {
            boolean ended = channel.read(bytes, start + bytes.position()) < 0;
            while (searched < bytes.position()) {
                if (bytes.get(searched) == '\n') {
                    return searched > 0 && bytes.get(searched - 1) == '\r' ? searched - 1 : searched;
                }
                searched++;
            }
            if (ended) {
                return searched;
            }
            if (searched > LONGEST_LINE_BYTES) {
                throw new MalformedLineException("longer than %d bytes".formatted(LONGEST_LINE_BYTES));
            }
            if (!bytes.hasRemaining()) {
                bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
