package io.caiman.benchmarks;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A job that reads a topic of predictions and has published what covers all of them; closing cancels it.
 *
 * @param seconds from the start of its tasks until then
 * @param published records it had written by then
 */
record MeasuredJob(JobClient client, double seconds, long published) implements AutoCloseable {

    /** Of the topic of predictions. */
    static final int PARTITIONS = 2;

    /** Whether a cumulative record over all domains covers every prediction. */
    interface Coverage {

        boolean reached(byte[] record) throws MalformedRecordException;
    }

    /** What all threads of this process, those of the garbage collector too, have had of the cores. */
    static double busySeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /**
     * Makes the topics, and fills the one of predictions.
     *
     * @param outputs the topics that the job writes
     * @param predictions given where to send each encoded prediction, with its user's number
     */
    static void fill(String address, List<String> outputs, Consumer<ObjIntConsumer<byte[]>> predictions)
            throws Exception {
        fill(address, Topics.withPrefix("").predictions(), PARTITIONS, outputs, predictions);
    }

    /**
     * Makes the topics, and fills the one that the job reads.
     *
     * @param partitions of that one
     * @param outputs the topics that the job writes
     * @param records given where to send each encoded record, with a number whose remainder is its partition
     */
    static void fill(
            String address,
            String topic,
            int partitions,
            List<String> outputs,
            Consumer<ObjIntConsumer<byte[]>> records)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            List<NewTopic> topics = new ArrayList<>();
            topics.add(new NewTopic(topic, partitions, (short) 1));
            outputs.forEach(output -> topics.add(new NewTopic(output, 1, (short) 1)));
            admin.createTopics(topics).all().get();
        }
        Properties properties = KafkaConnection.to(address).properties();
        properties.setProperty("linger.ms", "20");
        properties.setProperty("batch.size", String.valueOf(1 << 18));
        properties.setProperty("delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE));
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            records.accept((value, number) -> {
                var unused = producer.send(new ProducerRecord<>(topic, number % partitions, null, value), (sent, e) -> {
                    if (e != null) {
                        failure.set(e);
                    }
                });
            });
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** Of a job with a checkpoint every ten seconds. */
    static Configuration configuration(Path folder) {
        Configuration configuration = JobCommandOptions.forJob(Duration.ofSeconds(10));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toAbsolutePath().toUri().toString());
        return configuration;
    }

    /**
     * Runs what is in the environment.
     *
     * @param output a topic that the job writes
     * @param coversAll when it is there
     */
    static MeasuredJob run(String address, StreamExecutionEnvironment env, String output, Coverage coversAll)
            throws Exception {
        JobClient job = env.executeAsync();
        while (job.getJobStatus().get() != JobStatus.RUNNING) {
            Thread.sleep(10);
        }
        long start = System.nanoTime();
        Properties properties = KafkaConnection.to(address).properties();
        properties.setProperty("group.id", "table");
        properties.setProperty("auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(output));
            boolean covered = false;
            long published = 0;
            while (!covered) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    published++;
                    if (new String(record.key(), StandardCharsets.UTF_8).contains("/overall/CUMULATIVE")) {
                        covered = coversAll.reached(record.value());
                    }
                }
                if (job.getJobStatus().get().isTerminalState()) {
                    throw new IllegalStateException(
                            "the job ended: " + job.getJobStatus().get());
                }
            }
            return new MeasuredJob(job, (System.nanoTime() - start) / 1e9, published);
        }
    }

    /** Returns when the job has ended: what is left of it would take from what is measured next. */
    @Override
    public void close() throws Exception {
        client.cancel().get();
        client.getJobExecutionResult().handle((result, cancelled) -> cancelled).get();
    }
}
