package io.caiman.jobs.training;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.model.embedding.KeyIndex;
import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a job that goes on from an older checkpoint from publishing twice. Kafka transactions make exactly once of the
 * newest checkpoint; after an older one the job gives again what later checkpoints have committed already. So each
 * checkpoint notes how far the topic was readable, a restored job reads what was committed from there on, and what it
 * finds is not published again.
 *
 * <p>What is found stays as it was published: if the log is read in another order this time, as from several partitions,
 * the scores may differ from those that the job would give now. Each is there exactly once.
 *
 * @param <T> the records
 */
final class NotYetPublished<T extends SpecificRecordBase> extends RichFilterFunction<T>
        implements CheckpointedFunction {

    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(NotYetPublished.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_AT_CHECKPOINT = Duration.ofSeconds(2);

    private final Properties connection;
    private final String topic;
    private final Class<T> recordClass;
    private final RecordOrigin<T> origin;

    private transient KafkaConsumer<byte[], byte[]> consumer;
    private transient ListState<Tuple2<Integer, Long>> readableState;
    /** By partition of the topic, how far it was readable. */
    private transient Map<Integer, Long> readable;
    /** What is published already. */
    private transient Map<Origins, KeyIndex> published;

    /** Origins that differ in their offsets only. */
    private record Origins(int partition, String task) {
        static Origins of(RecordOrigin.Place place) {
            return new Origins(place.partition(), place.task());
        }
    }

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    NotYetPublished(KafkaConnection connection, String topic, Class<T> recordClass, RecordOrigin<T> origin) {
        this.connection = connection.properties();
        this.topic = topic;
        this.recordClass = recordClass;
        this.origin = origin;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        consumer = consumer();
        readable = new HashMap<>();
        published = new HashMap<>();
        readableState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("readable", Types.TUPLE(Types.INT, Types.LONG)));
        for (Tuple2<Integer, Long> partition : readableState.get()) {
            readable.put(partition.f0, partition.f1);
        }
        if (context.isRestored()) {
            readPublished();
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Properties properties = new Properties();
        properties.putAll(connection);
        properties.setProperty("isolation.level", "read_committed");
        properties.setProperty("enable.auto.commit", "false");
        // Where a checkpoint says may be gone by now, as retention has it: what is left is still published.
        properties.setProperty("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void readPublished() {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, readable.getOrDefault(partition.partition(), 0L)));
        RecordCodec<T> codec = RecordCodec.of(recordClass);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
            consumer.poll(POLL).forEach(record -> note(codec, record));
        }
        consumer.unsubscribe();
        LOG.info("{}: read what was published since before the checkpoint, {}", topic, readable);
    }

    private void note(RecordCodec<T> codec, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            origin.of(codec.decode(record.value()))
                    .ifPresent(found -> published
                            .computeIfAbsent(Origins.of(found), any -> new KeyIndex(1))
                            .add(found.offset()));
        } catch (MalformedRecordException e) {
            LOG.debug("{}-{}@{} is none of this job's records", topic, record.partition(), record.offset(), e);
        }
    }

    @Override
    public boolean filter(T record) {
        if (published.isEmpty()) {
            return true;
        }
        return origin.of(record)
                .map(at -> {
                    KeyIndex offsets = published.get(Origins.of(at));
                    return offsets == null || offsets.find(at.offset()) < 0;
                })
                .orElse(true);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        try {
            Collection<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE_AT_CHECKPOINT).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.endOffsets(partitions, PATIENCE_AT_CHECKPOINT)
                    .forEach((partition, end) -> readable.put(partition.partition(), end));
        } catch (KafkaException e) {
            LOG.debug("{} does not answer: a restored job will read some more of it", topic, e);
        }
        readableState.update(readable.entrySet().stream()
                .map(entry -> Tuple2.of(entry.getKey(), entry.getValue()))
                .collect(Collectors.toList()));
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close();
        }
    }
}
