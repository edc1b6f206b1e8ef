package io.caiman.replay;

import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends a log to Kafka: each impression to the impressions topic, keyed by its user and stamped with its event time; each bad
 * line to the dead letters; after the last impression, one end-of-log record to every partition.
 *
 * <p><b>Resuming.</b> Stopped at any moment and in any way, the same replay started again goes on where it stopped: no
 * impression is lost or sent twice. There is no position file, the topic is the position: what a partition receives follows
 * from the log, its options and the number of partitions alone, and a replay that stops leaves a prefix of it. So as many
 * records are passed over as the partition holds. The first and the last of them must be those the log has there; otherwise
 * the topic holds something else and the replay refuses to go on. Bad lines are known by file and line.
 */
public final class Replay {

    private static final long REPORT_EVERY_NANOS = 100_000_000;

    private final RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
    private final ImpressionSource source;
    private final ReplayTarget target;
    private final BadLineLimit limit;
    private final Pacer pacer;
    private final ReplayListener listener;
    private final LongSupplier nanoTime;

    /** Records of each partition that were dealt with. */
    private final long[] done;

    private final ReplayTarget.Held[] held;
    private long sent;
    private long alreadyThere;
    private long bad;
    private long eventTimeMs;

    Replay(
            ImpressionSource source,
            ReplayTarget target,
            BadLineLimit limit,
            Pacer pacer,
            ReplayListener listener,
            LongSupplier nanoTime) {
        this.source = source;
        this.target = target;
        this.limit = limit;
        this.pacer = pacer;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.done = new long[target.partitions()];
        this.held = new ReplayTarget.Held[target.partitions()];
        for (int partition = 0; partition < held.length; partition++) {
            held[partition] = target.held(partition);
        }
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
        try (ReplayTarget target = KafkaTarget.open(options)) {
            Pacer pacer = new Pacer(options.rate(), System::nanoTime, TimeUnit.NANOSECONDS::sleep);
            return new Replay(source, target, options.badLines(), pacer, listener, System::nanoTime).run();
        }
    }

    private static void prepare(ImpressionSource source, ReplayListener listener) throws InterruptedException {
        try {
            source.prepare(listener::preparing);
        } catch (DatasetException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("interrupted while sorting the log").initCause(e);
            }
            throw e;
        }
    }

    /** The partition of a user: that of Kafka's own default partitioner, so that other producers agree. */
    static int partition(byte[] user, int partitions) {
        return Utils.toPositive(Utils.murmur2(user)) % partitions;
    }

    ReplaySummary run() throws InterruptedException {
        prepare(source, listener);
        long start = nanoTime.getAsLong();
        long reported = start;
        while (source.hasNext()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the replay was interrupted");
            }
            LogEntry entry = source.next();
            if (entry instanceof LogEntry.Shown shown) {
                checkBadLines();
                replay(shown.impression());
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
        for (int partition = 0; partition < done.length; partition++) {
            endPartition(partition);
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

    private void replay(Impression impression) throws InterruptedException {
        eventTimeMs = impression.getEventTimeMs();
        if (eventTimeMs < target.keptFromMs()) {
            throw new ReplayException(
                    "topic %s would lose impressions: its retention.ms has the broker delete records of before %s, and the log has one of %s. Set it to keep all (kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config retention.ms=-1), or choose another --topic-prefix."
                            .formatted(
                                    target.topic(),
                                    Instant.ofEpochMilli(target.keptFromMs()),
                                    Instant.ofEpochMilli(eventTimeMs),
                                    target.topic()));
        }
        byte[] user = impression.getUser().getBytes(StandardCharsets.UTF_8);
        int partition = partition(user, done.length);
        long place = done[partition]++;
        ReplayTarget.Held there = held[partition];
        if (place < there.records()) {
            if (place == 0 || place == there.records() - 1) {
                requireSame(partition, place, ReplayTarget.fingerprint(codec.encode(impression)));
            }
            alreadyThere++;
            return;
        }
        pacer.awaitTurn();
        target.sendImpression(partition, user, codec.encode(impression), eventTimeMs);
        sent++;
    }

    private void endPartition(int partition) throws InterruptedException {
        long place = done[partition]++;
        long records = held[partition].records();
        if (place < records) {
            requireSame(partition, place, ReplayTarget.END_OF_LOG);
        } else {
            target.sendEndOfLog(partition, eventTimeMs);
        }
        if (records > done[partition]) {
            throw otherData(partition, done[partition]);
        }
    }

    private void requireSame(int partition, long place, long fingerprint) {
        ReplayTarget.Held there = held[partition];
        boolean sameAsFirst = place != 0 || fingerprint == there.first();
        boolean sameAsLast = place != there.records() - 1 || fingerprint == there.last();
        if (!sameAsFirst || !sameAsLast) {
            throw otherData(partition, place);
        }
    }

    private ReplayException otherData(int partition, long offset) {
        return new ReplayException(
                "topic %s, partition %d, offset %d: holds a record that is not from this log with these options, so the replay cannot go on there. Choose another --topic-prefix (in a demo: another --work-dir), or delete the topic."
                        .formatted(target.topic(), partition, offset));
    }

    private void replay(DeadLetter letter) throws InterruptedException {
        bad++;
        if (letter.getOrigin() instanceof FileOrigin origin && !target.holds(origin)) {
            target.sendBadLine(letter);
        }
    }

    private ReplayProgress progress() {
        return new ReplayProgress(
                sent + alreadyThere + bad, source.expectedEntries(), sent, alreadyThere, bad, eventTimeMs);
    }
}
