package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowShards;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.util.FlinkRuntimeException;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Reads and writes rows of one {@code MapState<Long, float[]>} straight in the RocksDB that Flink keeps it in, through
 * direct buffers and by several threads at once: keyed state's own way takes one row at a time, of the current key, with
 * several arrays for each. What is written here is keyed state like any other: Flink snapshots, restores and rescales
 * it, and {@code MapState} reads it.
 *
 * <p>Flink gives no access to the database and the column family of a state, so two fields are read by reflection; that
 * the bytes of keys and values are Flink's is held by tests that read through {@code MapState} what this wrote.
 */
final class RowDatabase {

    /** Key group (1 byte up to 128 of them), Flink key, void namespace, row key. */
    private static final int KEY_BYTES = 1 + Integer.BYTES + 1 + Long.BYTES;

    /** {@code MapState} puts before a value whether it is null. */
    private static final int NULL_FLAG = 1;

    /** What follows the reason why rows cannot be written if that is a full disk. */
    static final String FULL_DISK = ". The disk is full: make room on it, and the job goes on from its last checkpoint";

    /** More than RocksDB's lists of its files, which each snapshot has a copy of; the files themselves are linked. */
    private static final long SNAPSHOT_BYTES = 1 << 20;

    private final RocksDB database;
    private final ColumnFamilyHandle column;
    private final ColumnFamilyHandle census;
    private final ReadOptions readOptions;
    private final WriteOptions writeOptions;
    private final int stride;
    private final Buffers[] buffers;

    /**
     * Access to a state that is registered with the backend already.
     *
     * @param census the state of the rows' census, likewise registered
     * @param threads how many threads will read and write at the same time
     */
    RowDatabase(RocksDBKeyedStateBackend<?> backend, String state, String census, int stride, int threads) {
        this.database = databaseOf(backend);
        this.column = columnOf(backend, state);
        this.census = columnOf(backend, census);
        this.readOptions = backend.getReadOptions();
        this.writeOptions = backend.getWriteOptions();
        this.stride = stride;
        this.buffers = new Buffers[threads];
        for (int i = 0; i < threads; i++) {
            buffers[i] = new Buffers(stride);
        }
    }

    /**
     * The backend, if rows can live in it.
     *
     * @throws IllegalArgumentException if it is not RocksDB with as many key groups as there are shards
     */
    @SuppressWarnings("unchecked") // the operator's keys are those of ShardKeys
    static RocksDBKeyedStateBackend<Integer> require(KeyedStateBackend<?> backend) {
        if (!(backend instanceof RocksDBKeyedStateBackend<?> rocks)) {
            throw new IllegalArgumentException(
                    "the state backend is %s: expected RocksDB without a changelog; set state.backend.type to rocksdb and state.changelog.enabled to false"
                            .formatted(backend.getBackendTypeIdentifier()));
        }
        int keyGroups = rocks.getKeyContext().getNumberOfKeyGroups();
        if (keyGroups != RowShards.COUNT) {
            throw new IllegalArgumentException(
                    "the trainer's maximum parallelism is %d: expected %d, one for each shard of rows"
                            .formatted(keyGroups, RowShards.COUNT));
        }
        return (RocksDBKeyedStateBackend<Integer>) rocks;
    }

    /** The directory on the local disk that the backend keeps its database in. */
    Path directory() {
        return Path.of(database.getName());
    }

    private static RocksDB databaseOf(RocksDBKeyedStateBackend<?> backend) {
        try {
            Field field = RocksDBKeyedStateBackend.class.getDeclaredField("db");
            field.setAccessible(true);
            return (RocksDB) field.get(backend);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Flink keeps its RocksDB elsewhere than in 'db'", e);
        }
    }

    private static ColumnFamilyHandle columnOf(RocksDBKeyedStateBackend<?> backend, String state) {
        try {
            Method method = RocksDBKeyedStateBackend.class.getDeclaredMethod("getColumnFamilyHandle", String.class);
            method.setAccessible(true);
            return (ColumnFamilyHandle) method.invoke(backend, state);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Flink gives no column family of a state", e);
        }
    }

    /**
     * Reads a row.
     *
     * @param worker number of the calling thread; no two threads may use the same at once
     * @return whether there is one; if not, {@code rows} stays as it was
     */
    boolean read(int worker, long key, float[] rows, int offset) throws RocksDBException {
        Buffers own = buffers[worker];
        int length = database.get(column, readOptions, own.key(key), own.value());
        if (length == RocksDB.NOT_FOUND) {
            return false;
        }
        if (length != own.value.capacity()) {
            throw new IllegalStateException("the stored row of key %d takes %d bytes; expected %d"
                    .formatted(key, length, own.value.capacity()));
        }
        own.floats.get(0, rows, offset, stride);
        return true;
    }

    /**
     * Has RocksDB write what it has in memory to its files, in the background.
     *
     * @throws FlinkRuntimeException as {@link Changes#commit} does
     */
    void startFlush() {
        flush(false, List.of(column));
    }

    /**
     * Has RocksDB write what it has in memory of the rows and the census of some tables, and waits for it. A checkpoint does the
     * same, but where the disk is full only this can say what is to be done; so it also makes sure that there is room for what a
     * checkpoint has RocksDB write besides.
     *
     * @param tables of one backend, at least one
     * @throws FlinkRuntimeException as {@link Changes#commit} does
     */
    static void flush(List<RowDatabase> tables) {
        RowDatabase any = tables.get(0);
        any.flush(
                true,
                tables.stream()
                        .flatMap(table -> Stream.of(table.column, table.census))
                        .toList());
        any.requireRoom();
    }

    private void requireRoom() {
        try {
            long room = Files.getFileStore(directory()).getUsableSpace();
            if (room < SNAPSHOT_BYTES) {
                throw new FlinkRuntimeException(
                        "embedding rows cannot be written to RocksDB in %s: %,d bytes are left there, expected at least %,d for a snapshot%s"
                                .formatted(directory(), room, SNAPSHOT_BYTES, FULL_DISK));
            }
        } catch (IOException e) {
            throw new FlinkRuntimeException("the disk that RocksDB is on, in " + directory() + ", cannot be asked", e);
        }
    }

    private void flush(boolean wait, List<ColumnFamilyHandle> columns) {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(wait).setAllowWriteStall(true)) {
            database.flush(options, columns);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    private FlinkRuntimeException failure(RocksDBException e) {
        boolean full = e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
        return new FlinkRuntimeException(
                "embedding rows cannot be written to RocksDB in %s: %s%s"
                        .formatted(directory(), e.getMessage(), full ? FULL_DISK : ""),
                e);
    }

    /** Changes to many rows that are made together. */
    final class Changes implements AutoCloseable {

        private final Buffers own;
        private final WriteBatch batch = new WriteBatch();

        /** Changes collected by one thread; no two threads may use the same number at once. */
        Changes(int worker) {
            own = buffers[worker];
        }

        void put(long key, float[] rows, int offset) throws RocksDBException {
            own.floats.put(0, rows, offset, stride);
            batch.put(column, own.key(key), own.value());
        }

        void delete(long key) throws RocksDBException {
            batch.delete(column, own.key(key));
        }

        /**
         * Writes what was collected.
         *
         * @throws FlinkRuntimeException if it cannot be written, saying where and, if the disk is full, what helps
         */
        void commit() {
            try {
                database.write(writeOptions, batch);
            } catch (RocksDBException e) {
                throw failure(e);
            }
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    /** A thread's buffers for one key and one value. */
    private static final class Buffers {

        private final ByteBuffer key = ByteBuffer.allocateDirect(KEY_BYTES);
        private final ByteBuffer value;
        private final FloatBuffer floats;

        Buffers(int stride) {
            value = ByteBuffer.allocateDirect(NULL_FLAG + stride * Float.BYTES);
            floats = value.slice(NULL_FLAG, stride * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
        }

        ByteBuffer key(long rowKey) {
            int shard = RowShards.of(rowKey);
            return key.clear()
                    .put((byte) shard)
                    .putInt(ShardKeys.of(shard))
                    .put((byte) 0)
                    .putLong(rowKey)
                    .flip();
        }

        ByteBuffer value() {
            return value.clear();
        }
    }
}
