package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowShards;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.ByteBufferUnmapper;

/**
 * Rows that the cache has no room for, on the local disk, before they get to the state: a row that changes all the time is
 * then written to the state once for each checkpoint instead of each time it leaves the cache.
 *
 * <p>A log: rows are appended to segments, so the disk is written from front to back, and a row that is wanted is taken
 * out. When the log has no free segment, its oldest is emptied. As long as rows fill less than three quarters of the log,
 * those that are still in it move to the log's head; else they leave for the state, the coldest first.
 *
 * <p>Rows are collected in memory and written to their segments together, by {@link #commit}. They are read through memory
 * maps, and the operating system keeps as much of the files in memory as it has room for. Nothing is written through a
 * map, for on a full disk that is a fault and no exception. The files have no name: whatever ends the process leaves
 * nothing of them.
 *
 * <p>Any number of threads may {@link #find}, {@link #read} and {@link #write} at the same time while no other method runs.
 */
final class RowSpill implements AutoCloseable {

    /** Takes rows that leave, before they are gone from here. */
    @FunctionalInterface
    interface Leaving {
        void leave(int[] locations);
    }

    private static final int LARGEST_SEGMENT = 64 << 20;
    private static final int LEAST_SEGMENTS = 8;

    /** Rows are kept while they and what comes take no more than these quarters of the log. */
    private static final int KEPT_QUARTERS = 3;

    private static final int FIRST_STAGED_ROWS = 1024;

    private static final int FEWEST_CHANGED = 64;

    private final Path directory;
    private final int stride;
    private final int recordBytes;
    private final int segmentRows;
    private final Segment[] segments;
    private final ArrayDeque<Integer> full = new ArrayDeque<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final BitSet live = new BitSet();
    private final BitSet dirty = new BitSet();
    /** By shard, places that changed rows were put to; some have other rows by now, or rows the state has. */
    private final int[][] changed = new int[RowShards.COUNT][FEWEST_CHANGED];

    private final int[] changedRows = new int[RowShards.COUNT];
    private final LocationIndex index = new LocationIndex(this::key);
    private int head;
    private int headRows;
    private int dirtyRows;

    // Rows that are reserved and not committed, in stretches that lie in one segment each.
    private final List<Stretch> stretches = new ArrayList<>();
    private int stagedRows;
    private ByteBuffer staged = ByteBuffer.allocateDirect(0);
    private FloatBuffer stagedFloats = staged.asFloatBuffer();

    /** A part of the log. */
    private record Segment(FileChannel file, MappedByteBuffer bytes, FloatBuffer floats) {}

    /** Reserved rows one after the other, which are collected from a row of the collecting buffer on. */
    private static final class Stretch {

        private final int location;
        private final int stagedFrom;
        private int rows;

        Stretch(int location, int stagedFrom) {
            this.location = location;
            this.stagedFrom = stagedFrom;
        }
    }

    /**
     * An empty log.
     *
     * @param directory on the disk for it
     * @param stride floats in a row
     * @param bytes it may take on the disk; with fewer than eight rows' it holds none
     */
    RowSpill(Path directory, int stride, long bytes) {
        this.directory = directory;
        this.stride = stride;
        this.recordBytes = Long.BYTES + stride * Float.BYTES;
        this.segmentRows = (int) (Math.min(LARGEST_SEGMENT, bytes / LEAST_SEGMENTS) / recordBytes);
        long most = segmentRows == 0 ? 0 : bytes / ((long) segmentRows * recordBytes);
        this.segments = new Segment[(int) Math.min(most, Integer.MAX_VALUE / Math.max(1, segmentRows))];
        for (int segment = 1; segment < segments.length; segment++) {
            free.add(segment);
        }
    }

    private int capacity() {
        return segments.length * segmentRows;
    }

    /** Rows in the log. */
    int size() {
        return index.size();
    }

    /** Rows in the log that are not in the state as they are here. */
    int dirtyRows() {
        return dirtyRows;
    }

    /** Where a row is, or -1. */
    int find(long key) {
        return index.find(key);
    }

    long key(int location) {
        return segment(location).bytes.getLong(place(location) * recordBytes);
    }

    /** Copies a row. */
    void read(int location, float[] target, int offset) {
        segment(location).floats.get(floatsAt(location), target, offset, stride);
    }

    /** Fills a place that was reserved since the last {@link #commit}, where it can be read after the next. */
    void write(int location, long key, float[] source, int offset) {
        for (Stretch stretch : stretches) {
            int row = location - stretch.location;
            if (row >= 0 && row < stretch.rows) {
                int at = (stretch.stagedFrom + row) * recordBytes;
                staged.putLong(at, key);
                stagedFloats.put((at + Long.BYTES) / Float.BYTES, source, offset, stride);
                return;
            }
        }
        throw new IllegalArgumentException("place %d is not reserved".formatted(location));
    }

    /** Writes to their segments what was reserved and written. */
    void commit() {
        try {
            for (Stretch stretch : stretches) {
                ByteBuffer rows = staged.slice(stretch.stagedFrom * recordBytes, stretch.rows * recordBytes);
                long position = (long) place(stretch.location) * recordBytes;
                while (rows.hasRemaining()) {
                    position += segment(stretch.location).file.write(rows, position);
                }
            }
        } catch (IOException e) {
            throw failure(e);
        }
        stretches.clear();
        stagedRows = 0;
    }

    private Segment segment(int location) {
        Segment segment = segments[location / segmentRows];
        if (segment == null) {
            throw new IllegalStateException("no row was ever at " + location);
        }
        return segment;
    }

    private int place(int location) {
        return location % segmentRows;
    }

    private int floatsAt(int location) {
        return (place(location) * recordBytes + Long.BYTES) / Float.BYTES;
    }

    /**
     * Makes room for rows to come.
     *
     * @param count how many
     * @param leaving takes those that must go for it
     * @return how many can come, at most so many
     */
    int makeRoom(int count, Leaving leaving) {
        int wanted = Math.min(count, capacity() / 2);
        while (room() < wanted) {
            empty(full.remove(), (long) size() + wanted <= (long) capacity() / 4 * KEPT_QUARTERS, leaving);
        }
        return wanted;
    }

    /** One free segment is not counted: what moves from the oldest goes there. */
    private int room() {
        return segmentRows - headRows + (free.size() - 1) * segmentRows;
    }

    private void empty(int segment, boolean keep, Leaving leaving) {
        int first = segment * segmentRows;
        int[] rows = new int[live.get(first, first + segmentRows).cardinality()];
        int at = live.nextSetBit(first);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = at;
            at = live.nextSetBit(at + 1);
        }
        if (!keep) {
            leaving.leave(rows);
        }
        float[] row = new float[stride];
        for (int location : rows) {
            long key = key(location);
            read(location, row, 0);
            boolean isChanged = remove(key, location);
            if (keep) {
                write(reserve(key, isChanged), key, row, 0);
            }
        }
        commit();
        free.add(segment);
    }

    /**
     * A place for a row that is not in the log, to be written and committed before it is read.
     *
     * @param isChanged whether the state does not have it like this
     */
    int reserve(long key, boolean isChanged) {
        if (headRows == segmentRows) {
            full.add(head);
            head = free.remove();
            headRows = 0;
        }
        if (segments[head] == null) {
            segments[head] = open();
        }
        int location = head * segmentRows + headRows++;
        stage(location);
        live.set(location);
        if (isChanged) {
            dirty.set(location);
            dirtyRows++;
            noteChanged(RowShards.of(key), location);
        }
        index.put(key, location);
        return location;
    }

    private void stage(int location) {
        Stretch last = stretches.isEmpty() ? null : stretches.get(stretches.size() - 1);
        if (last == null || last.location + last.rows != location || place(location) == 0) {
            last = new Stretch(location, stagedRows);
            stretches.add(last);
        }
        last.rows++;
        if (++stagedRows * (long) recordBytes > staged.capacity()) {
            int bytes = Math.toIntExact(Math.max(FIRST_STAGED_ROWS, 2L * stagedRows) * recordBytes);
            ByteBuffer larger = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            larger.put(0, staged, 0, staged.capacity());
            staged = larger;
            stagedFloats = larger.asFloatBuffer();
        }
    }

    /**
     * Takes a row out.
     *
     * @return whether it was changed since the state got it
     */
    boolean remove(long key, int location) {
        index.remove(key, location);
        live.clear(location);
        boolean isChanged = dirty.get(location);
        markClean(location);
        return isChanged;
    }

    boolean isDirty(int location) {
        return dirty.get(location);
    }

    /** Notes that the state has a row as it is here. */
    void markClean(int location) {
        if (dirty.get(location)) {
            dirty.clear(location);
            dirtyRows--;
        }
    }

    private void noteChanged(int shard, int location) {
        if (changedRows[shard] == changed[shard].length) {
            int[] still = IntStream.of(changed[shard]).filter(dirty::get).toArray();
            changed[shard] = Arrays.copyOf(still, Math.max(FEWEST_CHANGED, 2 * still.length));
            changedRows[shard] = still.length;
        }
        changed[shard][changedRows[shard]++] = location;
    }

    /** Where the rows of a shard are that the state does not have as they are here. */
    int[] dirtyLocations(int shard) {
        return IntStream.of(changed[shard])
                .limit(changedRows[shard])
                .filter(location -> dirty.get(location) && RowShards.of(key(location)) == shard)
                .toArray();
    }

    /** Where every row is that the state does not have as it is here. */
    int[] dirtyLocations() {
        return dirty.stream().toArray();
    }

    /** Bytes on the disk. */
    long bytes() {
        long segmentBytes = (long) segmentRows * recordBytes;
        return Arrays.stream(segments).filter(segment -> segment != null).count() * segmentBytes;
    }

    private Segment open() {
        try {
            Files.createDirectories(directory);
            Path path = Files.createTempFile(directory, "rows", ".spill");
            FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.delete(path);
            MappedByteBuffer bytes = file.map(FileChannel.MapMode.READ_WRITE, 0, (long) segmentRows * recordBytes);
            return new Segment(file, bytes, bytes.order(ByteOrder.nativeOrder()).asFloatBuffer());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private UncheckedIOException failure(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left");
        return new UncheckedIOException(
                "embedding rows cannot be written to %s: %s%s"
                        .formatted(directory, e.getMessage(), full ? RowDatabase.FULL_DISK : ""),
                e);
    }

    @Override
    public void close() {
        for (int i = 0; i < segments.length; i++) {
            Segment segment = segments[i];
            if (segment != null) {
                segments[i] = null;
                try {
                    ByteBufferUnmapper.unmap("embedding rows", segment.bytes);
                    segment.file.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
