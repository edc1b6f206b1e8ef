package io.caiman.replay.dataset;

/** The numbers a log line is sorted as. The array is the sorter's record; the accessors give its places their meaning. */
final class LogRecord {

    private static final int LINE_BITS = 40;

    final long[] longs = new long[EventTimeSorter.WIDTH];

    /** Event time, milliseconds since the epoch, from 1; 0 stands for a bad line, which so comes before them all. */
    long time() {
        return longs[0];
    }

    void time(long ms) {
        longs[0] = ms;
    }

    void origin(int file, long line) {
        longs[1] = (long) file << LINE_BITS | line;
    }

    /** Place of the file among the log's files. */
    int file() {
        return (int) (longs[1] >>> LINE_BITS);
    }

    /** Line number in its file, counted from 1. */
    long line() {
        return longs[1] & ((1L << LINE_BITS) - 1);
    }

    long user() {
        return longs[2];
    }

    void user(long id) {
        longs[2] = id;
    }

    long item() {
        return longs[3];
    }

    void item(long id) {
        longs[3] = id;
    }

    /** Whatever else the format keeps of a line: domain and labels. */
    long rest() {
        return longs[4];
    }

    void rest(long bits) {
        longs[4] = bits;
    }

    void bad(long offset, int length, boolean cut) {
        time(0);
        longs[2] = offset;
        longs[3] = length;
        longs[4] = cut ? 1 : 0;
    }

    boolean isBad() {
        return time() == 0;
    }

    /** Of a bad line: where it starts in its file, in bytes. */
    long badOffset() {
        return longs[2];
    }

    /** Of a bad line: bytes of it that are kept. */
    int badLength() {
        return (int) longs[3];
    }

    /** Of a bad line: whether the line is longer than what is kept. */
    boolean badCut() {
        return longs[4] != 0;
    }
}
