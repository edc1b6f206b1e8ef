package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Prediction;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.StreamFilter;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotYetPublishedTest {

    private static final String TOPIC = "predictions";

    @TempDir
    Path directory;

    @Test
    void a_restored_job_publishes_those_tasks_of_an_impression_that_are_not_in_the_topic() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.create(1, TOPIC);
            OperatorSubtaskState checkpoint = checkpoint(broker);
            publish(broker, prediction(5, "click"), prediction(6, "like"));
            try (var after = filter(broker)) {
                after.initializeState(checkpoint);
                after.open();
                for (int offset = 5; offset < 8; offset++) {
                    after.processElement(prediction(offset, "click"), 0);
                    after.processElement(prediction(offset, "like"), 0);
                }

                assertThat(after.extractOutputValues())
                        .extracting(Prediction::getImpressionOffset, Prediction::getTask)
                        .containsExactly(tuple(5L, "like"), tuple(6L, "click"), tuple(7L, "click"), tuple(7L, "like"));
            }
        }
    }

    @Test
    void what_is_left_of_a_topic_that_was_cut_below_the_checkpoint_s_place_is_not_published_again() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.create(1, TOPIC);
            OperatorSubtaskState checkpoint = checkpoint(broker);
            publish(broker, prediction(5, "click"), prediction(6, "click"));
            try (Admin admin = Admin.create(broker.connection().properties())) {
                admin.deleteRecords(Map.of(new TopicPartition(TOPIC, 0), RecordsToDelete.beforeOffset(1)))
                        .all()
                        .get();
            }
            try (var after = filter(broker)) {
                after.initializeState(checkpoint);
                after.open();
                after.processElement(prediction(6, "click"), 0);
                after.processElement(prediction(7, "click"), 0);

                assertThat(after.extractOutputValues())
                        .extracting(Prediction::getImpressionOffset)
                        .containsExactly(7L);
            }
        }
    }

    /** Of a filter that was just opened. */
    private static OperatorSubtaskState checkpoint(KafkaBroker broker) throws Exception {
        try (var filter = filter(broker)) {
            filter.open();
            return filter.snapshot(1, 1);
        }
    }

    private static void publish(KafkaBroker broker, Prediction... predictions) throws Exception {
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Prediction prediction : predictions) {
                producer.send(new ProducerRecord<>(TOPIC, codec.encode(prediction)))
                        .get();
            }
        }
    }

    private static OneInputStreamOperatorTestHarness<Prediction, Prediction> filter(KafkaBroker broker)
            throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new StreamFilter<>(new NotYetPublished<>(
                broker.connection(), TOPIC, Prediction.class, TrainCommand.originOfPredictions("crocodile"))));
    }

    private static Prediction prediction(long offset, String task) {
        return Prediction.newBuilder()
                .setImpressionId("i" + offset)
                .setImpressionPartition(0)
                .setImpressionOffset(offset)
                .setEventTimeMs(offset)
                .setModel("crocodile")
                .setStep(1)
                .setDomain("a")
                .setUser("u")
                .setTask(task)
                .setLabel(true)
                .setScore(0.5)
                .build();
    }
}
