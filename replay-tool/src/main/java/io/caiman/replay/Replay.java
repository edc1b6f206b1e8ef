package io.caiman.replay;

import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.dataset.ReadAhead;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.FileOrigin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends a log to Kafka: each impression to the impressions topic, keyed by its user and stamped with its event time; feedback
 * that comes later than its impression to the feedback topic, likewise; each bad line to the dead letters; at the end, one
 * end-of-log record to every partition.
 *
 * <p><b>Resuming.</b> Stopped at any moment and in any way, the same replay started again goes on where it stopped: no
 * impression is lost or sent twice. There is no position file, the topic is the position, see {@link TopicCursor}. A topic
 * that holds something else is refused. Bad lines are known by file and line.
 */
public final class Replay {

    private static final long REPORT_EVERY_NANOS = 100_000_000;

    private final RecordCodec<Feedback> feedbackCodec = RecordCodec.of(Feedback.class);
    private final ImpressionSource source;
    private final ReplayTarget target;
    private final BadLineLimit limit;
    private final Pacer pacer;
    private final Supplier<OptionalLong> lag;
    private final ReplayListener listener;
    private final LongSupplier nanoTime;

    private final TopicCursor impressions;
    private final TopicCursor feedback;
    private long sent;
    private long alreadyThere;
    private long bad;
    private long eventTimeMs;

    Replay(
            ImpressionSource source,
            ReplayTarget target,
            BadLineLimit limit,
            Pacer pacer,
            Supplier<OptionalLong> lag,
            ReplayListener listener,
            LongSupplier nanoTime) {
        this.source = source;
        this.target = target;
        this.limit = limit;
        this.pacer = pacer;
        this.lag = lag;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.impressions = new TopicCursor(target, ReplayTarget.Kind.IMPRESSIONS);
        this.feedback = new TopicCursor(target, ReplayTarget.Kind.FEEDBACK);
    }

    /**
     * Replays a log to its end, on this thread. Making the topics where they are missing is part of it.
     *
     * @param source is read to its end and left open
     * @throws InterruptedException if the thread was interrupted; started again, the replay resumes
     * @throws ReplayException if Kafka cannot be reached or written to, or the topic holds something else
     * @throws DatasetException if the log cannot be read any further
     */
    public static ReplaySummary run(ImpressionSource source, ReplayOptions options, ReplayListener listener)
            throws InterruptedException {
        prepare(source, listener);
        try (ReplayTarget target = KafkaTarget.open(options, source.provenance());
                ImpressionSource ahead = new ReadAhead(source);
                ConsumerLag lag = ConsumerLag.of(options)) {
            Pacer pacer = new Pacer(options.pace(), options.catchUp(), System::nanoTime, nanos -> {
                listener.waiting(Duration.ofNanos(nanos));
                TimeUnit.NANOSECONDS.sleep(nanos);
            });
            return new Replay(ahead, target, options.badLines(), pacer, lag::records, listener, System::nanoTime).run();
        } catch (DatasetException e) {
            throw unlessInterrupted(e);
        }
    }

    private static void prepare(ImpressionSource source, ReplayListener listener) throws InterruptedException {
        try {
            source.prepare(listener::preparing);
        } catch (DatasetException e) {
            throw unlessInterrupted(e);
        }
    }

    private static DatasetException unlessInterrupted(DatasetException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw (InterruptedException) new InterruptedException("interrupted while reading the log").initCause(e);
        }
        return e;
    }

    /** The partition of a user: that of Kafka's own default partitioner, so that other producers agree. */
    static int partition(byte[] user, int partitions) {
        return Utils.toPositive(Utils.murmur2(user)) % partitions;
    }

    ReplaySummary run() throws InterruptedException {
        prepare(source, listener);
        listener.started(source.provenance());
        long start = nanoTime.getAsLong();
        long reported = start;
        while (source.hasNext()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the replay was interrupted");
            }
            LogEntry entry = source.next();
            if (entry instanceof LogEntry.Shown shown) {
                checkBadLines();
                replay(shown);
            } else if (entry instanceof LogEntry.Reaction reaction) {
                replay(reaction.feedback());
            } else if (entry instanceof LogEntry.BadLine badLine) {
                replay(badLine.letter());
            }
            long now = nanoTime.getAsLong();
            if (now - reported >= REPORT_EVERY_NANOS) {
                reported = now;
                listener.progress(progress());
            }
        }
        checkBadLines();
        endLog(impressions);
        if (source.delaysLabels()) {
            endLog(feedback);
        }
        target.flush();
        listener.progress(progress());
        ReplaySummary summary =
                new ReplaySummary(sent, alreadyThere, source.counts(), (nanoTime.getAsLong() - start) / 1e9);
        listener.finished(summary);
        return summary;
    }

    /** Bad lines come before all impressions, so the first impression is when they are known. */
    private void checkBadLines() throws InterruptedException {
        if (sent + alreadyThere == 0 && limit.isPassedBy(source.counts())) {
            target.flush();
            throw new ReplayException(
                    "%,d of %,d lines cannot be used, more than --max-bad %s allows: they are dead letters, and no impression was sent. 'caiman validate' names them too."
                            .formatted(source.counts().bad(), source.counts().read(), limit));
        }
    }

    private void replay(LogEntry.Shown shown) throws InterruptedException {
        eventTimeMs = shown.eventTimeMs();
        if (eventTimeMs < target.keptFromMs()) {
            throw deletedAtOnce();
        }
        byte[] user = shown.user();
        int partition = partition(user, impressions.partitions());
        if (impressions.passOver(partition, shown::encoded)) {
            alreadyThere++;
            return;
        }
        pacer.awaitTurn(eventTimeMs);
        target.send(ReplayTarget.Kind.IMPRESSIONS, partition, user, shown.encoded(), eventTimeMs);
        sent++;
    }

    private ReplayException deletedAtOnce() {
        String topic = target.topic(ReplayTarget.Kind.IMPRESSIONS);
        return new ReplayException(
                "topic %s would lose impressions: its retention.ms has the broker delete records of before %s, and the log has one of %s. Set it to keep all (kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config retention.ms=-1), or choose another --topic-prefix."
                        .formatted(
                                topic,
                                Instant.ofEpochMilli(target.keptFromMs()),
                                Instant.ofEpochMilli(eventTimeMs),
                                topic));
    }

    private void replay(Feedback given) throws InterruptedException {
        byte[] user = given.getUser().getBytes(StandardCharsets.UTF_8);
        int partition = partition(user, feedback.partitions());
        byte[] encoded = feedbackCodec.encode(given);
        if (!feedback.passOver(partition, () -> encoded)) {
            target.send(ReplayTarget.Kind.FEEDBACK, partition, user, encoded, given.getEventTimeMs());
        }
    }

    private void endLog(TopicCursor topic) throws InterruptedException {
        for (int partition = 0; partition < topic.partitions(); partition++) {
            if (!topic.passOverEnd(partition)) {
                target.sendEndOfLog(topic.kind(), partition, eventTimeMs);
            }
        }
    }

    private void replay(DeadLetter letter) throws InterruptedException {
        bad++;
        if (letter.getOrigin() instanceof FileOrigin origin && !target.holds(origin)) {
            target.sendBadLine(letter);
        }
    }

    private ReplayProgress progress() {
        return new ReplayProgress(
                sent + alreadyThere + bad, source.expectedEntries(), sent, alreadyThere, bad, eventTimeMs, lag.get());
    }
}
