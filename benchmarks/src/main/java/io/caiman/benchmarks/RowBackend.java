package io.caiman.benchmarks;

import io.caiman.jobs.rows.RowDatabaseOptions;
import io.caiman.model.embedding.RowShards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.PredefinedOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.state.rocksdb.RocksDBResourceContainer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;

/** A RocksDB keyed state backend without a job around it, with the options of the training job. */
final class RowBackend implements AutoCloseable {

    private final Path directory;
    private final Anything operator = new Anything();
    private final KeyedOneInputStreamOperatorTestHarness<Integer, Integer, Integer> harness;

    RowBackend() throws Exception {
        directory = Files.createTempDirectory("caiman-rows");
        EmbeddedRocksDBStateBackend rocks =
                new EmbeddedRocksDBStateBackend(true).configure(configuration(), RowBackend.class.getClassLoader());
        rocks.setDbStoragePath(directory.resolve("working").toString());
        rocks.setRocksDBOptions(new RowDatabaseOptions());
        harness = new KeyedOneInputStreamOperatorTestHarness<>(operator, any -> any, Types.INT, RowShards.COUNT, 1, 0);
        harness.setStateBackend(rocks);
        harness.setCheckpointStorage(
                new FileSystemCheckpointStorage(directory.resolve("checkpoints").toUri()));
        harness.open();
    }

    KeyedStateBackend<?> keyed() {
        return operator.getKeyedStateBackend();
    }

    /** Bytes that a checkpoint of what is in the state now uploads. */
    long checkpoint(long id) throws Exception {
        return harness.snapshotWithLocalState(id, id).getJobManagerOwnedState().getCheckpointedSize();
    }

    @Override
    public void close() throws Exception {
        harness.close();
        RowStoreTable.delete(directory);
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set(RocksDBOptions.USE_MANAGED_MEMORY, false);
        configuration.set(RocksDBConfigurableOptions.WRITE_BUFFER_SIZE, MemorySize.ofMebiBytes(64));
        configuration.set(RocksDBConfigurableOptions.MAX_WRITE_BUFFER_NUMBER, 4);
        return configuration;
    }

    /** RocksDB opened as Flink opens it for this backend. */
    static RocksDB openDirectly(Path directory, List<AutoCloseable> toClose) throws Exception {
        RocksDBResourceContainer container = new RocksDBResourceContainer(
                configuration(), PredefinedOptions.DEFAULT, new RowDatabaseOptions(), null, directory.toFile(), false);
        toClose.add(container);
        DBOptions options = container.getDbOptions().setCreateIfMissing(true);
        return RocksDB.open(
                options,
                directory.toString(),
                List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, container.getColumnOptions())),
                new java.util.ArrayList<>());
    }

    private static final class Anything extends AbstractStreamOperator<Integer>
            implements OneInputStreamOperator<Integer, Integer> {

        private static final long serialVersionUID = 1;

        @Override
        public void processElement(StreamRecord<Integer> element) {
            // Only the backend is of interest.
        }
    }
}
