package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * A log over and over, for tests that run long. Each pass comes later than the one before by as many whole days as the log
 * spans, so that event time goes on and days stay days; the ids of its impressions end in {@code #} and the number of the
 * pass, counted from 0 and left out for the first. Bad lines are given once.
 */
public final class LoopedLog implements ImpressionSource {

    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final Supplier<ImpressionSource> opener;
    private final OptionalLong passes;
    private ImpressionSource log;
    private long pass;
    private LineCounts before = new LineCounts(0, 0, 0, 0, 0);
    private long firstTimeMs = Long.MAX_VALUE;
    private long lastTimeMs = Long.MIN_VALUE;

    /**
     * @param opener of the log, the same each time
     * @param passes how many, at least 1; absent: without end
     */
    public LoopedLog(Supplier<ImpressionSource> opener, OptionalLong passes) {
        if (passes.isPresent() && passes.getAsLong() < 1) {
            throw new DatasetException("--loop: expected 1 or more times, got " + passes.getAsLong());
        }
        this.opener = opener;
        this.passes = passes;
        this.log = opener.get();
    }

    @Override
    public Provenance provenance() {
        Provenance made = log.provenance();
        String times = passes.isPresent() ? passes.getAsLong() + " times" : "without end";
        return new Provenance(made.dataset(), made.description() + "; " + times);
    }

    @Override
    public void prepare(LongConsumer linesRead) {
        log.prepare(linesRead);
    }

    @Override
    public boolean hasNext() {
        while (!log.hasNext()) {
            boolean isLast = passes.isPresent() && pass + 1 >= passes.getAsLong();
            if (isLast || firstTimeMs == Long.MAX_VALUE) {
                return false;
            }
            startNextPass();
        }
        return true;
    }

    private void startNextPass() {
        before = counts();
        pass++;
        log.close();
        log = opener.get();
        while (log.hasNext() && log.counts().bad() < before.bad()) {
            log.next();
        }
    }

    @Override
    public LogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        LogEntry entry = log.next();
        if (!(entry instanceof LogEntry.Shown shown)) {
            return entry;
        }
        if (pass == 0) {
            firstTimeMs = Math.min(firstTimeMs, shown.eventTimeMs());
            lastTimeMs = shown.eventTimeMs();
            return shown;
        }
        long shiftMs = pass * DAY_MS * ((lastTimeMs - firstTimeMs) / DAY_MS + 1);
        Impression impression = shown.impression();
        Impression shifted = Impression.newBuilder(impression)
                .setId(impression.getId() + "#" + pass)
                .setEventTimeMs(impression.getEventTimeMs() + shiftMs)
                .build();
        return new DecodedImpression(shifted, shown.oracleProbability());
    }

    /** As if bad lines were given in each pass. */
    @Override
    public OptionalLong expectedEntries() {
        OptionalLong once = log.expectedEntries();
        return once.isEmpty() || passes.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(passes.getAsLong() * once.getAsLong());
    }

    /** Of all passes together; bad lines once. */
    @Override
    public LineCounts counts() {
        LineCounts now = log.counts();
        if (pass == 0) {
            return now;
        }
        return new LineCounts(
                before.read() + now.read() - now.bad(),
                before.impressions() + now.impressions(),
                before.bad(),
                before.filtered() + now.filtered(),
                before.withoutFeatures() + now.withoutFeatures());
    }

    @Override
    public void close() {
        log.close();
    }
}
