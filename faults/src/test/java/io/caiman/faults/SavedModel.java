package io.caiman.faults;

import io.caiman.jobs.rows.RowFormat;
import io.caiman.jobs.rows.RowSerializer;
import io.caiman.model.embedding.CandidateInitializer;
import io.caiman.model.embedding.CrossLayout;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/**
 * The model in a savepoint of the training job.
 *
 * @param rows by table and key, as texts of their exact bits
 * @param dense the trainer's snapshot
 */
record SavedModel(Map<String, String> rows, List<String> dense) {

    private static final OperatorIdentifier TRAINER = OperatorIdentifier.forUid("trainer");

    static SavedModel read(String savepoint, ModelSpec spec) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        SavepointReader reader = SavepointReader.read(env, savepoint, new EmbeddedRocksDBStateBackend());
        RowLayout layout = RowLayout.of(spec);
        Map<String, String> rows = new TreeMap<>();
        table(reader, "rows", RowFormat.features(layout), rows);
        table(reader, "cross-rows", RowFormat.crosses(CrossLayout.of(spec).stride()), rows);
        table(reader, "candidates", RowFormat.candidates(new CandidateInitializer().stride()), rows);
        List<String> dense = collect(reader.readListState(
                        TRAINER, "sealed-dense-weights", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
                .map(Arrays::toString)
                .returns(Types.STRING)
                .executeAndCollect());
        return new SavedModel(rows, dense);
    }

    private static void table(SavepointReader reader, String name, RowFormat format, Map<String, String> rows)
            throws Exception {
        for (String row : collect(reader.readKeyedState(TRAINER, new Rows(name, format), Types.INT, Types.STRING)
                .executeAndCollect())) {
            String[] keyAndBits = row.split("=", 2);
            if (rows.put(name + " " + keyAndBits[0], keyAndBits[1]) != null) {
                throw new IllegalStateException("two rows of " + name + " " + keyAndBits[0]);
            }
        }
    }

    private static List<String> collect(CloseableIterator<String> texts) throws Exception {
        List<String> all = new ArrayList<>();
        try (texts) {
            texts.forEachRemaining(all::add);
        }
        return all;
    }

    private static final class Rows extends KeyedStateReaderFunction<Integer, String> {

        private static final long serialVersionUID = 1;

        private final String name;
        private final RowFormat format;
        private transient MapState<Long, float[]> rows;

        @SuppressWarnings("NullAway.Init") // set by open
        Rows(String name, RowFormat format) {
            this.name = name;
            this.format = format;
        }

        @Override
        public void open(OpenContext context) {
            rows = getRuntimeContext()
                    .getMapState(new MapStateDescriptor<>(name, LongSerializer.INSTANCE, new RowSerializer(format)));
        }

        @Override
        public void readKey(Integer key, Context context, Collector<String> out) throws Exception {
            for (Map.Entry<Long, float[]> row : rows.entries()) {
                int[] bits = new int[row.getValue().length];
                Arrays.setAll(bits, i -> Float.floatToRawIntBits(row.getValue()[i]));
                out.collect(row.getKey() + "=" + Arrays.toString(bits));
            }
        }
    }
}
