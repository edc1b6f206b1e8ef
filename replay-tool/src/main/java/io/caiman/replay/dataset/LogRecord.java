package io.caiman.replay.dataset;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What is kept of a log line while it is sorted: its event time, where it stands, and what its format needs of it. */
final class LogRecord {

    private static final int LINE_BITS = 40;
    private static final int SMALLEST = 64;

    private long time;
    private long origin;
    private long linesBefore;
    private byte[] content = new byte[SMALLEST];
    private ByteBuffer numbers = ByteBuffer.wrap(content);
    private int length;

    /** Event time, milliseconds since the epoch, from 1; 0 stands for a bad line, which so comes before them all. */
    long time() {
        return time;
    }

    void time(long ms) {
        time = ms;
    }

    /** Starts a record of a line, with nothing kept of it yet. */
    void startAt(int file, long line) {
        origin = (long) file << LINE_BITS | line;
        length = 0;
    }

    /** Place of the file among the log's files. */
    int file() {
        return (int) (origin >>> LINE_BITS);
    }

    /** Line number in its file, counted from 1. */
    long line() {
        return origin & ((1L << LINE_BITS) - 1);
    }

    /** Lines of the log before this one, over all its files, headers not included; known while the line is parsed. */
    long linesBefore() {
        return linesBefore;
    }

    void linesBefore(long lines) {
        linesBefore = lines;
    }

    /** Keeps a number more; {@link #number} counts from 0. */
    void keep(long number) {
        reserve(length + Long.BYTES);
        numbers.putLong(length, number);
        length += Long.BYTES;
    }

    /** Keeps bytes; {@link #bytes} gives all that are kept. */
    void keep(byte[] from, int start, int end) {
        int size = end - start;
        reserve(length + size);
        System.arraycopy(from, start, content, length, size);
        length += size;
    }

    long number(int place) {
        return numbers.getLong(place * Long.BYTES);
    }

    /** A copy of what is kept, from a byte on. */
    byte[] bytes(int from) {
        return Arrays.copyOfRange(content, from, length);
    }

    /** Makes this the record of a bad line: why it cannot be used, and its bytes. */
    void bad(String reason, byte[] line, int start, int end) {
        time = 0;
        length = 0;
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        keep(text.length);
        keep(text, 0, text.length);
        keep(line, start, end);
    }

    boolean isBad() {
        return time == 0;
    }

    /** Of a bad line: why it cannot be used. */
    String badReason() {
        return new String(content, Long.BYTES, (int) number(0), StandardCharsets.UTF_8);
    }

    /** Of a bad line: its bytes. */
    byte[] badBytes() {
        return bytes(Long.BYTES + (int) number(0));
    }

    /** Bytes this takes where {@link #writeTo} puts it. */
    int size() {
        return 2 * Long.BYTES + Integer.BYTES + length;
    }

    void writeTo(ByteBuffer target) {
        target.putLong(time).putLong(origin).putInt(length).put(content, 0, length);
    }

    void readFrom(ByteBuffer source) {
        time = source.getLong();
        origin = source.getLong();
        length = source.getInt();
        reserve(length);
        source.get(content, 0, length);
    }

    /** Size of the record that stands at a place of a buffer. */
    static int sizeAt(ByteBuffer source, int place) {
        return 2 * Long.BYTES + Integer.BYTES + source.getInt(place + 2 * Long.BYTES);
    }

    /** Event time of the record that stands at a place of a buffer. */
    static long timeAt(ByteBuffer source, int place) {
        return source.getLong(place);
    }

    private void reserve(int size) {
        if (size > content.length) {
            content = Arrays.copyOf(content, Math.max(size, 2 * content.length));
            numbers = ByteBuffer.wrap(content);
        }
    }
}
