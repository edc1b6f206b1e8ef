package io.caiman.replay.dataset;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of records by event time with bounded memory: an external merge sort. Full runs are sorted and spilled to
 * one temporary file, then merged. Ties keep the order in which records were added.
 *
 * <p>Within a run the time and the record's place share one long, so that sorting is that of primitive longs, and stable.
 * Memory: {@link Limits#bytes} and 12 bytes a record while adding, {@link #MERGE_BUFFER_BYTES} for each run while merging.
 * Disk: the size of the records, none where one run holds them all. The file has no name on systems that allow it, so it is
 * gone with the process however that ends.
 */
final class EventTimeSorter implements Closeable {

    /**
     * When a run is full.
     *
     * @param records most records in it, up to 2^20
     * @param bytes most bytes of records; a larger record has a run to itself
     */
    record Limits(int records, int bytes) {

        static final Limits DEFAULT = new Limits(1 << 20, 64 << 20);

        Limits {
            if (records < 1 || records > 1 << 20 || bytes < 1) {
                throw new IllegalArgumentException("a run: expected 1 to 2^20 records and 1 byte or more, got %d and %d"
                        .formatted(records, bytes));
            }
        }
    }

    /** Event times are below this: in milliseconds, the year 2248. */
    static final long TIME_BOUND = 1L << 43;

    private static final int PLACE_BITS = 20;
    private static final int MERGE_BUFFER_BYTES = 64 << 10;
    private static final int WRITE_BUFFER_BYTES = 1 << 20;

    private final Limits limits;
    private ByteBuffer records = ByteBuffer.allocate(1 << 10);
    private int[] starts = new int[1 << 8];
    private int inRun;
    private long added;

    private final List<Long> runEnds = new ArrayList<>();
    private final PriorityQueue<Run> merging = new PriorityQueue<>();
    private @Nullable FileChannel spill;
    private boolean sorted;

    EventTimeSorter(Limits limits) {
        this.limits = limits;
    }

    /** Adds a copy of a record. */
    void add(LogRecord record) throws IOException {
        if (sorted || record.time() < 0 || record.time() >= TIME_BOUND) {
            throw new IllegalArgumentException("cannot add a record at time " + record.time());
        }
        int size = record.size();
        if (inRun == limits.records || (inRun > 0 && (long) records.position() + size > limits.bytes)) {
            spillRun();
        }
        if (records.remaining() < size) {
            records = enlarged(records, records.position() + size);
        }
        if (inRun == starts.length) {
            starts = Arrays.copyOf(starts, Math.min(2 * starts.length, limits.records));
        }
        starts[inRun++] = records.position();
        record.writeTo(records);
        added++;
    }

    private ByteBuffer enlarged(ByteBuffer full, int needed) {
        long doubled = Math.min(2L * full.capacity(), limits.bytes);
        return ByteBuffer.allocate((int) Math.max(doubled, needed)).put(full.flip());
    }

    /** Number of records added. */
    long size() {
        return added;
    }

    /** Ends the adding. */
    void sort() throws IOException {
        sorted = true;
        if (runEnds.isEmpty()) {
            merging.add(new RunInMemory(sortedRun()));
        } else {
            spillRun();
            releaseRun();
            long start = 0;
            for (int run = 0; run < runEnds.size(); run++) {
                merging.add(new RunOnDisk(run, start, runEnds.get(run)));
                start = runEnds.get(run);
            }
        }
        merging.removeIf(run -> !run.hasRecord());
    }

    /** Gives the next record in order of time; false where there are no more. */
    boolean next(LogRecord record) throws IOException {
        Run first = merging.poll();
        if (first == null) {
            return false;
        }
        first.take(record);
        if (first.hasRecord()) {
            merging.add(first);
        }
        return true;
    }

    /** The places of the run's records in order of time, each with the time in the bits above {@link #PLACE_BITS}. */
    private long[] sortedRun() {
        long[] keys = new long[inRun];
        for (int place = 0; place < inRun; place++) {
            keys[place] = (LogRecord.timeAt(records, starts[place]) << PLACE_BITS) | place;
        }
        Arrays.sort(keys);
        return keys;
    }

    private int start(long key) {
        return starts[(int) (key & ((1L << PLACE_BITS) - 1))];
    }

    private void spillRun() throws IOException {
        FileChannel file = spillFile();
        ByteBuffer written = ByteBuffer.allocateDirect(WRITE_BUFFER_BYTES);
        for (long key : sortedRun()) {
            int start = start(key);
            int size = LogRecord.sizeAt(records, start);
            if (written.remaining() < size) {
                write(written.flip(), file);
                written.clear();
            }
            if (size > written.capacity()) {
                write(records.slice(start, size), file);
            } else {
                written.put(written.position(), records, start, size).position(written.position() + size);
            }
        }
        write(written.flip(), file);
        runEnds.add(file.position());
        records.clear();
        inRun = 0;
    }

    private void releaseRun() {
        records = ByteBuffer.allocate(0);
        starts = new int[0];
    }

    private FileChannel spillFile() throws IOException {
        if (spill == null) {
            Path file = Files.createTempFile("caiman-sort-", ".tmp");
            spill = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }
        return spill;
    }

    private static void write(ByteBuffer bytes, FileChannel file) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        merging.clear();
        releaseRun();
        if (spill != null) {
            spill.close();
        }
    }

    /** Records in order of time, compared by that of the first; of equal times the earlier run comes first. */
    private abstract static class Run implements Comparable<Run> {
        private final int number;

        Run(int number) {
            this.number = number;
        }

        abstract boolean hasRecord();

        abstract long time();

        abstract void take(LogRecord record) throws IOException;

        @Override
        public final int compareTo(Run other) {
            int byTime = Long.compare(time(), other.time());
            return byTime != 0 ? byTime : Integer.compare(number, other.number);
        }
    }

    private final class RunInMemory extends Run {
        private final long[] keys;
        private int taken;

        RunInMemory(long[] keys) {
            super(0);
            this.keys = keys;
        }

        @Override
        boolean hasRecord() {
            return taken < keys.length;
        }

        @Override
        long time() {
            return keys[taken] >>> PLACE_BITS;
        }

        @Override
        void take(LogRecord record) {
            record.readFrom(records.clear().position(start(keys[taken++])));
        }
    }

    private final class RunOnDisk extends Run {
        private static final int HEAD_BYTES = 20;

        private ByteBuffer bytes = ByteBuffer.allocate(MERGE_BUFFER_BYTES).limit(0);
        private long position;
        private final long end;

        RunOnDisk(int number, long start, long end) throws IOException {
            super(number);
            this.position = start;
            this.end = end;
            fill();
        }

        /** Brings the next record into the buffer as a whole, if there is one. */
        private void fill() throws IOException {
            if (bytes.remaining() < HEAD_BYTES) {
                read(MERGE_BUFFER_BYTES);
            }
            if (bytes.hasRemaining()) {
                int size = LogRecord.sizeAt(bytes, bytes.position());
                if (bytes.remaining() < size) {
                    read(Math.max(size, MERGE_BUFFER_BYTES));
                }
            }
        }

        private void read(int capacity) throws IOException {
            if (capacity > bytes.capacity()) {
                bytes = ByteBuffer.allocate(capacity).put(bytes);
            } else {
                bytes.compact();
            }
            bytes.limit((int) Math.min(bytes.capacity(), bytes.position() + end - position));
            while (bytes.hasRemaining()) {
                int read = spillFile().read(bytes, position);
                if (read < 0) {
                    throw new IOException("the spill file ends at %d, expected %d".formatted(position, end));
                }
                position += read;
            }
            bytes.flip();
        }

        @Override
        boolean hasRecord() {
            return bytes.hasRemaining();
        }

        @Override
        long time() {
            return LogRecord.timeAt(bytes, bytes.position());
        }

        @Override
        void take(LogRecord record) throws IOException {
            record.readFrom(bytes);
            fill();
        }
    }
}
