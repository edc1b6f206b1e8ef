package io.caiman.replay.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The physical lines of a file as bytes, ended by LF or CRLF. A byte order mark at the start is passed over. A file whose
 * name ends with {@code .gz} is uncompressed as it is read.
 *
 * <p>A record of these logs is one physical line, so a stray quote damages no line but its own. That is why this is not left
 * to a CSV reader, which would take a quote that is never closed for a field that spans the rest of the file.
 */
final class LineReader implements LogLines {

    /** Longer lines are cut here and flagged: no sane record is as long, and a dead letter has to fit a Kafka message. */
    static final int LONGEST_LINE_BYTES = 1 << 16;

    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int longestLineBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    /** Place in the uncompressed file of the first byte of the buffer. */
    private long bufferOffset;

    private int position;
    private int limit;
    private int start;
    private int end;
    private long offset;
    private long number;
    private boolean cut;

    LineReader(Path file) throws IOException {
        this(file, LONGEST_LINE_BYTES);
    }

    /** @param longestLineBytes longer lines are cut; at most half the buffer */
    LineReader(Path file, int longestLineBytes) throws IOException {
        this.in = open(file);
        this.longestLineBytes = Objects.checkIndex(longestLineBytes, BUFFER_BYTES / 2 + 1);
        fill();
        if (limit >= BYTE_ORDER_MARK.length
                && buffer[0] == BYTE_ORDER_MARK[0]
                && buffer[1] == BYTE_ORDER_MARK[1]
                && buffer[2] == BYTE_ORDER_MARK[2]) {
            position = BYTE_ORDER_MARK.length;
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream bytes = Files.newInputStream(file);
        if (!file.toString().endsWith(".gz")) {
            return bytes;
        }
        try {
            return new GZIPInputStream(bytes, BUFFER_BYTES);
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    @Override
    public boolean next() throws IOException {
        start = position;
        offset = bufferOffset + position;
        cut = false;
        int scan = position;
        while (true) {
            while (scan < limit && buffer[scan] != '\n') {
                scan++;
            }
            if (scan < limit) {
                return found(scan, scan + 1);
            }
            if (scan - start > longestLineBytes) {
                cut = true;
                bufferOffset += limit - (start + longestLineBytes);
                limit = start + longestLineBytes;
            }
            scan = moveLineToFront(limit);
            if (!fill()) {
                return limit > start && found(limit, limit);
            }
        }
    }

    private int moveLineToFront(int scan) {
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        bufferOffset += start;
        limit -= start;
        int moved = scan - start;
        start = 0;
        return moved;
    }

    private boolean fill() throws IOException {
        int read = in.readNBytes(buffer, limit, buffer.length - limit);
        limit += read;
        return read > 0;
    }

    private boolean found(int lineEnd, int nextLine) {
        number++;
        position = nextLine;
        end = lineEnd > start && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        if (end - start > longestLineBytes) {
            cut = true;
        }
        if (cut) {
            end = start + longestLineBytes;
        }
        return true;
    }

    @Override
    public byte[] bytes() {
        return buffer;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int end() {
        return end;
    }

    @Override
    public boolean cut() {
        return cut;
    }

    @Override
    public long number() {
        return number;
    }

    /** Where this line starts in the file once uncompressed, in bytes. */
    long offset() {
        return offset;
    }

    String text() {
        return new String(buffer, start, end - start, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
