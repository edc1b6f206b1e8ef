package io.caiman.replay;

import io.caiman.replay.dataset.Provenance;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka as a {@link ReplayTarget}.
 *
 * <p>Each partition must at all times hold a prefix of what was sent to it. An idempotent producer keeps order and leaves no
 * gap over retries, as long as nothing is given up: so there is no delivery timeout, one request is in flight at a time, and
 * the first record the broker refuses for good closes the producer before the next is sent.
 */
final class KafkaTarget implements ReplayTarget {

    private static final Map<String, Object> PRODUCER = Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            1,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.MAX_VALUE,
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "lz4",
            ProducerConfig.LINGER_MS_CONFIG,
            20,
            ProducerConfig.BATCH_SIZE_CONFIG,
            512 << 10,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            64L << 20);

    private final RecordCodec<DeadLetter> letters = RecordCodec.of(DeadLetter.class);
    private final Topics topics;
    private final TopicContents contents;
    private final Map<Kind, List<Header>> headers;
    private final List<Header> endOfLogHeaders;
    private final Producer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();

    KafkaTarget(Topics topics, TopicContents contents, Provenance provenance, Producer<byte[], byte[]> producer) {
        this.topics = topics;
        this.contents = contents;
        this.headers = Map.of(
                Kind.IMPRESSIONS, headers(provenance, Impression.getClassSchema()),
                Kind.FEEDBACK, headers(provenance, Feedback.getClassSchema()));
        this.endOfLogHeaders = Stream.concat(
                        Stream.of(new RecordHeader(Topics.END_OF_LOG_HEADER, new byte[0])), headers(provenance))
                .toList();
        this.producer = producer;
    }

    static KafkaTarget open(ReplayOptions options, Provenance provenance) throws InterruptedException {
        TopicContents contents = TopicContents.read(options);
        Map<String, Object> properties = new HashMap<>(options.client());
        properties.putAll(PRODUCER);
        try {
            return new KafkaTarget(
                    options.topics(),
                    contents,
                    provenance,
                    new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
        } catch (KafkaException e) {
            throw new ReplayException(
                    "the Kafka client properties do not make a producer: %s. Mend --command-config.".formatted(e), e);
        }
    }

    private static List<Header> headers(Provenance provenance, Schema schema) {
        String version = "%s/%016x".formatted(schema.getFullName(), SchemaNormalization.parsingFingerprint64(schema));
        Header written = new RecordHeader(Topics.SCHEMA_HEADER, version.getBytes(StandardCharsets.UTF_8));
        return Stream.concat(headers(provenance), Stream.of(written)).toList();
    }

    private static Stream<Header> headers(Provenance provenance) {
        return Stream.of(
                new RecordHeader(Topics.DATASET_HEADER, provenance.dataset().getBytes(StandardCharsets.UTF_8)),
                new RecordHeader(Topics.PROVENANCE_HEADER, provenance.id().getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String topic(Kind kind) {
        return switch (kind) {
            case IMPRESSIONS -> topics.impressions();
            case FEEDBACK -> topics.feedback();
        };
    }

    @Override
    public List<Held> held(Kind kind) {
        return switch (kind) {
            case IMPRESSIONS -> contents.impressions();
            case FEEDBACK -> contents.feedback();
        };
    }

    @Override
    public boolean holds(FileOrigin badLine) {
        return contents.badLines().contains(badLine);
    }

    @Override
    public long keptFromMs() {
        return contents.keptFromMs();
    }

    @Override
    public void send(Kind kind, int partition, byte[] user, byte[] record, long eventTimeMs)
            throws InterruptedException {
        send(new ProducerRecord<>(topic(kind), partition, eventTimeMs, user, record, headers.get(kind)));
    }

    @Override
    public void sendEndOfLog(Kind kind, int partition, long eventTimeMs) throws InterruptedException {
        send(new ProducerRecord<>(topic(kind), partition, eventTimeMs, null, null, endOfLogHeaders));
    }

    @Override
    public void sendBadLine(DeadLetter letter) throws InterruptedException {
        // To one partition, where they are looked for on resuming.
        byte[] key = ((FileOrigin) letter.getOrigin()).getPath().getBytes(StandardCharsets.UTF_8);
        send(new ProducerRecord<>(
                topics.deadLetters(), TopicContents.BAD_LINES_PARTITION, key, letters.encode(letter)));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void send(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
        try {
            producer.send(record, (metadata, trouble) -> {
                if (trouble != null && refused.compareAndSet(null, trouble)) {
                    producer.close(Duration.ZERO);
                }
            });
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException | IllegalStateException e) {
            throw failed(record.topic(), e);
        }
    }

    @Override
    public void flush() throws InterruptedException {
        try {
            producer.flush();
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException | IllegalStateException e) {
            throw failed(topics.impressions(), e);
        }
        if (refused.get() != null) {
            throw failed(topics.impressions(), new KafkaException("not all records were accepted"));
        }
    }

    private static InterruptedException interrupted(InterruptException e) {
        // Kafka sets the flag again; the exception takes its place.
        Thread.interrupted();
        return (InterruptedException) new InterruptedException("the replay was interrupted").initCause(e);
    }

    private ReplayException failed(String topic, Exception e) {
        Exception first = refused.get();
        Exception cause = first == null ? e : first;
        return new ReplayException(
                "topic %s: the broker does not take records: %s. Once it does, start the replay again: it goes on where it stopped."
                        .formatted(topic, cause),
                cause);
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
