package io.caiman.jobs.rows;

import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.RowShards;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** A store of rows in an operator of its own, in Flink's test harness. */
final class StoreHarness implements AutoCloseable {

    static final int FEATURES = 3;

    private final Holder holder;
    private final KeyedOneInputStreamOperatorTestHarness<Integer, Integer, Integer> flink;

    StoreHarness(FirstValues firstValues, RowFormat format, RowStoreOptions options) throws Exception {
        this(firstValues, format, options, rocks(), 1, 0);
    }

    StoreHarness(
            FirstValues firstValues,
            RowFormat format,
            RowStoreOptions options,
            StateBackend backend,
            int parallelism,
            int subtask)
            throws Exception {
        holder = new Holder(firstValues, format, options);
        flink = new KeyedOneInputStreamOperatorTestHarness<>(
                holder, any -> any, Types.INT, RowShards.COUNT, parallelism, subtask);
        flink.setStateBackend(backend);
    }

    static EmbeddedRocksDBStateBackend rocks() {
        EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
        backend.setRocksDBOptions(new RowDatabaseOptions());
        return backend;
    }

    static RowFormat format(int stride) {
        return new RowFormat(stride, Map.of("embedding sets", "2"));
    }

    RocksEmbeddingStore open() throws Exception {
        flink.open();
        return holder.store;
    }

    /** Opens subtask's part of a snapshot that was taken at another parallelism. */
    RocksEmbeddingStore open(OperatorSubtaskState snapshot, int before, int now, int subtask) throws Exception {
        flink.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                snapshot, RowShards.COUNT, before, now, subtask));
        return open();
    }

    OperatorSubtaskState snapshot(long id) throws Exception {
        return flink.snapshot(id, id);
    }

    KeyedStateBackend<Integer> backend() {
        return holder.getKeyedStateBackend();
    }

    /** The shards of this subtask. */
    KeyGroupRange shards() {
        return RowDatabase.require(backend()).getKeyGroupRange();
    }

    @Override
    public void close() throws Exception {
        flink.close();
    }

    private static final class Holder extends AbstractStreamOperator<Integer>
            implements OneInputStreamOperator<Integer, Integer> {

        private static final long serialVersionUID = 1;

        private final transient FirstValues firstValues;
        private final RowFormat format;
        private final RowStoreOptions options;
        private transient RocksEmbeddingStore store;

        @SuppressWarnings("NullAway.Init") // set by initializeState
        Holder(FirstValues firstValues, RowFormat format, RowStoreOptions options) {
            this.firstValues = firstValues;
            this.format = format;
            this.options = options;
        }

        @Override
        public void initializeState(StateInitializationContext context) throws Exception {
            super.initializeState(context);
            store = new RocksEmbeddingStore(getKeyedStateBackend(), "rows", format, firstValues, FEATURES, options);
        }

        @Override
        public void processElement(StreamRecord<Integer> element) {
            // Only the store is of interest.
        }

        @Override
        public void snapshotState(StateSnapshotContext context) throws Exception {
            super.snapshotState(context);
            RocksEmbeddingStore.flush(List.of(store));
        }

        @Override
        public void close() throws Exception {
            if (store != null) {
                store.close();
            }
            super.close();
        }
    }
}
