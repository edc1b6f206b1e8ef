package io.caiman.replay.dataset;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
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
 * Sorts any number of small records by event time with bounded memory: an external merge sort. Full runs are sorted and
 * spilled to one temporary file, then merged. Ties keep the order in which records were added.
 *
 * <p>A record is {@link #WIDTH} longs, the first of them the event time. Within a run the time and the record's place share
 * one long, so that sorting is that of primitive longs, and stable. Memory: 48 bytes for each record of a run, and {@link
 * #MERGE_BUFFER_BYTES} for each run while merging. Disk: 40 bytes a record, none where one run holds them all. The file has
 * no name on systems that allow it, so it is gone with the process however that ends.
 */
final class EventTimeSorter implements Closeable {

    /** Longs in a record. */
    static final int WIDTH = 5;

    /** Event times are below this: in milliseconds, the year 2248. */
    static final long TIME_BOUND = 1L << 43;

    static final int DEFAULT_RUN_RECORDS = 1 << 20;
    private static final int MERGE_BUFFER_BYTES = 1638 * WIDTH * Long.BYTES;

    private final int runRecords;
    private final int placeBits;
    private long[] records = new long[WIDTH << 10];
    private int inRun;
    private long added;

    private final List<Long> runEnds = new ArrayList<>();
    private final PriorityQueue<Run> merging = new PriorityQueue<>();
    private @Nullable FileChannel spill;
    private boolean sorted;

    /** @param runRecords records sorted in memory at once, at least 1 and at most 2^20 */
    EventTimeSorter(int runRecords) {
        if (runRecords < 1 || runRecords > DEFAULT_RUN_RECORDS) {
            throw new IllegalArgumentException("records in a run: expected 1 to 2^20, got " + runRecords);
        }
        this.runRecords = runRecords;
        this.placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(runRecords - 1);
    }

    /** Adds a copy of a record. */
    void add(long[] record) throws IOException {
        if (sorted || record[0] < 0 || record[0] >= TIME_BOUND) {
            throw new IllegalArgumentException("cannot add a record at time " + record[0]);
        }
        if (inRun == runRecords) {
            spillRun();
        }
        int at = inRun * WIDTH;
        if (at == records.length) {
            records = Arrays.copyOf(records, Math.min(2 * records.length, runRecords * WIDTH));
        }
        System.arraycopy(record, 0, records, at, WIDTH);
        inRun++;
        added++;
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
            records = new long[0];
            long start = 0;
            for (int run = 0; run < runEnds.size(); run++) {
                merging.add(new RunOnDisk(run, start, runEnds.get(run)));
                start = runEnds.get(run);
            }
        }
        merging.removeIf(run -> !run.hasRecord());
    }

    /** Gives the next record in order of time; false where there are no more. */
    boolean next(long[] record) throws IOException {
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

    /** The places of the run's records in order of time, each with the time in the bits above {@link #placeBits}. */
    private long[] sortedRun() {
        long[] keys = new long[inRun];
        for (int place = 0; place < inRun; place++) {
            keys[place] = records[place * WIDTH] << placeBits | place;
        }
        Arrays.sort(keys);
        return keys;
    }

    private int place(long key) {
        return (int) (key & ((1L << placeBits) - 1));
    }

    private void spillRun() throws IOException {
        FileChannel file = spillFile();
        ByteBuffer bytes = ByteBuffer.allocateDirect(MERGE_BUFFER_BYTES * 16);
        for (long key : sortedRun()) {
            if (!bytes.hasRemaining()) {
                write(bytes, file);
            }
            int at = place(key) * WIDTH;
            for (int i = 0; i < WIDTH; i++) {
                bytes.putLong(records[at + i]);
            }
        }
        write(bytes, file);
        runEnds.add(file.position());
        inRun = 0;
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
        bytes.flip();
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        bytes.clear();
    }

    @Override
    public void close() throws IOException {
        merging.clear();
        records = new long[0];
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

        abstract void take(long[] record) throws IOException;

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
            return keys[taken] >>> placeBits;
        }

        @Override
        void take(long[] record) {
            System.arraycopy(records, place(keys[taken++]) * WIDTH, record, 0, WIDTH);
        }
    }

    private final class RunOnDisk extends Run {
        private final ByteBuffer bytes = ByteBuffer.allocate(MERGE_BUFFER_BYTES);
        private final LongBuffer longs = bytes.asLongBuffer();
        private long position;
        private final long end;

        RunOnDisk(int number, long start, long end) throws IOException {
            super(number);
            this.position = start;
            this.end = end;
            fill();
        }

        private void fill() throws IOException {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - position));
            while (bytes.hasRemaining()) {
                int read = spillFile().read(bytes, position);
                if (read < 0) {
                    throw new IOException("the spill file ends at %d, expected %d".formatted(position, end));
                }
                position += read;
            }
            longs.clear().limit(bytes.limit() / Long.BYTES);
        }

        @Override
        boolean hasRecord() {
            return longs.hasRemaining();
        }

        @Override
        long time() {
            return longs.get(longs.position());
        }

        @Override
        void take(long[] record) throws IOException {
            longs.get(record, 0, WIDTH);
            if (!longs.hasRemaining() && position < end) {
                fill();
            }
        }
    }
}
