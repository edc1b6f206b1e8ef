package io.caiman.local.compare;

import io.caiman.jobs.training.ImpressionFeatures;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.schemas.avro.Impression;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Reads a log once, in chunks of one part each, and keeps count of everything in it. For one thread. */
final class Intake {

    private static final int CHUNK = 8192;
    /** Reasons told apart; a log that is wrong in more ways is told so well enough by these. */
    private static final int MOST_REASONS = 50;

    private static final String OTHER_REASONS = "other reasons";

    private final ImpressionSource log;
    private final ImpressionFeatures features;
    private final Protocol protocol;
    private final LongSupplier recount;
    private final ScoredImpressions scored;
    private final ItemFrequencies items = new ItemFrequencies();

    private Optional<Impression> waiting = Optional.empty();
    private Optional<Protocol.Split> split = Optional.empty();
    private Part waitingPart = Part.LEARN_AND_SCORE;
    private long read;
    private long learned;
    private long badLines;
    private final Map<String, Long> refused = new TreeMap<>();

    /**
     * @param features of any of the models: what one cannot learn from, none can, as they share tasks and domains
     * @param recount counts the impressions of a log that does not know their number itself
     * @param scored takes the impressions whose scores count
     */
    Intake(
            ImpressionSource log,
            ImpressionFeatures features,
            Protocol protocol,
            LongSupplier recount,
            ScoredImpressions scored) {
        this.log = log;
        this.features = features;
        this.protocol = protocol;
        this.recount = recount;
        this.scored = scored;
    }

    /**
     * Impressions of one part, in the order of the log.
     *
     * @param impressions at least one
     */
    record Chunk(Part part, List<Impression> impressions) {}

    /** The next chunk; empty at the end of the log. */
    Optional<Chunk> next() {
        advance();
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        Part part = waitingPart;
        List<Impression> impressions = new ArrayList<>(CHUNK);
        while (waiting.isPresent() && waitingPart == part && impressions.size() < CHUNK) {
            take(waiting.get(), part);
            impressions.add(waiting.get());
            waiting = Optional.empty();
            advance();
        }
        return Optional.of(new Chunk(part, impressions));
    }

    /** Has the next impression that can be learned from wait, if there is one and none waits. */
    private void advance() {
        while (waiting.isEmpty() && !ended() && log.hasNext()) {
            if (log.next() instanceof LogEntry.Shown shown) {
                Impression impression = shown.impression();
                waitingPart = split().part(read++, impression.getEventTimeMs());
                Optional<String> problem = features.problem(impression);
                if (problem.isEmpty()) {
                    features.accept(impression);
                    waiting = Optional.of(impression);
                } else {
                    String reason = problem.get();
                    boolean told = refused.containsKey(reason) || refused.size() < MOST_REASONS;
                    refused.merge(told ? reason : OTHER_REASONS, 1L, Long::sum);
                }
            } else {
                badLines++;
            }
        }
    }

    private boolean ended() {
        return split.isPresent() && read >= split.get().end();
    }

    /** Made at the first impression: by then all bad lines have come, and the rest of the entries are impressions. */
    private Protocol.Split split() {
        if (split.isEmpty()) {
            split = Optional.of(protocol.split(() -> impressionsInLog().orElseGet(recount)));
        }
        return split.get();
    }

    private OptionalLong impressionsInLog() {
        OptionalLong entries = log.expectedEntries();
        return entries.isEmpty() ? entries : OptionalLong.of(entries.getAsLong() - badLines);
    }

    /** How many impressions will be read in all, where that is known. */
    OptionalLong expectedImpressions() {
        long end = split.map(Protocol.Split::end).orElse(Long.MAX_VALUE);
        return end == Long.MAX_VALUE ? impressionsInLog() : OptionalLong.of(end);
    }

    private void take(Impression impression, Part part) {
        int item = items.see(impression, part);
        if (part != Part.SCORE) {
            learned++;
        }
        if (part != Part.LEARN) {
            scored.add(impression, item);
        }
    }

    /** Impressions read so far. */
    long read() {
        return read;
    }

    /** The items that were learned from so far. */
    RankedItems items() {
        return items.ranked();
    }

    /** What has been read so far. */
    ComparisonReport.Log log() {
        return new ComparisonReport.Log(read, learned, scored.size(), badLines, refused);
    }
}
