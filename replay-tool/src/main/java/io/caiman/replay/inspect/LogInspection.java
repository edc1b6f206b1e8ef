package io.caiman.replay.inspect;

import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is in a log, counted entry by entry. Distinct users, items and ids are counted exactly, by 64-bit hashes: 8 to 16
 * bytes for each, whatever the number of impressions.
 */
public final class LogInspection {

    /** What differs between two lines that are bad for one reason: the text that was found. */
    private static final Pattern FOUND = Pattern.compile("'[^']*'");

    private final Tally all = new Tally();
    private final Map<String, Tally> domains = new TreeMap<>();
    private final Map<String, SlotUse> slots = new TreeMap<>();
    private final Map<String, Long2IntOpenHashMap> users = new TreeMap<>();
    private final LongOpenHashSet items = new LongOpenHashSet();
    private final LongOpenHashSet everyUser = new LongOpenHashSet();
    private final NavigableMap<Long, Long> hours = new TreeMap<>();
    private final Map<String, Reason> reasons = new LinkedHashMap<>();
    private long bad;
    private long firstMs = Long.MAX_VALUE;
    private long lastMs = Long.MIN_VALUE;

    /** How impressions use a slot. */
    static final class SlotUse {

        private long impressions;
        private long ids;
        private final LongOpenHashSet distinct = new LongOpenHashSet();

        long impressions() {
            return impressions;
        }

        /** Ids over all impressions. */
        long ids() {
            return ids;
        }

        int distinct() {
            return distinct.size();
        }
    }

    /** Lines that are bad for one reason. */
    static final class Reason {

        private final DeadLetter first;
        private long lines;

        private Reason(DeadLetter first) {
            this.first = first;
        }

        long lines() {
            return lines;
        }

        /** The first of them: where it stands, and why it cannot be used. */
        String example() {
            return place(first) + ": " + first.getReason();
        }
    }

    /** Reads a log to its end. */
    public static LogInspection of(ImpressionSource source) {
        LogInspection inspection = new LogInspection();
        while (source.hasNext()) {
            inspection.add(source.next());
        }
        return inspection;
    }

    void add(LogEntry entry) {
        if (entry instanceof LogEntry.Shown shown) {
            add(shown.impression());
        } else if (entry instanceof LogEntry.BadLine line) {
            bad++;
            reasons.computeIfAbsent(
                            FOUND.matcher(line.letter().getReason()).replaceAll("…"), any -> new Reason(line.letter()))
                    .lines++;
        }
    }

    private void add(Impression impression) {
        all.add(impression);
        domains.computeIfAbsent(impression.getDomain(), any -> new Tally()).add(impression);
        firstMs = Math.min(firstMs, impression.getEventTimeMs());
        lastMs = Math.max(lastMs, impression.getEventTimeMs());
        hours.merge(
                Math.floorDiv(
                        impression.getEventTimeMs(),
                        ChronoUnit.HOURS.getDuration().toMillis()),
                1L,
                Long::sum);
        items.add(SlotIds.of(impression.getItem()));
        long user = SlotIds.of(impression.getUser());
        everyUser.add(user);
        impression.getLabels().forEach((task, positive) -> {
            Long2IntOpenHashMap classes = users.computeIfAbsent(task, any -> new Long2IntOpenHashMap());
            classes.put(user, classes.get(user) | (positive ? 1 : 2));
        });
        for (Slot slot : impression.getSlots()) {
            SlotUse use = slots.computeIfAbsent(slot.getName(), any -> new SlotUse());
            use.impressions++;
            use.ids += slot.getIds().size();
            for (long id : slot.getIds()) {
                use.distinct.add(id);
            }
        }
    }

    /** Where a bad line stands. */
    public static String place(DeadLetter letter) {
        return letter.getOrigin() instanceof FileOrigin origin
                ? "%s, line %d".formatted(origin.getPath(), origin.getLine())
                : String.valueOf(letter.getOrigin());
    }

    /** Lines that cannot be used. */
    public long bad() {
        return bad;
    }

    Tally all() {
        return all;
    }

    Map<String, Tally> domains() {
        return domains;
    }

    Map<String, SlotUse> slots() {
        return slots;
    }

    Map<String, Reason> reasons() {
        return reasons;
    }

    /** Impressions by hour since 1970, without the hours that have none. */
    NavigableMap<Long, Long> hours() {
        return hours;
    }

    int users() {
        return everyUser.size();
    }

    int items() {
        return items.size();
    }

    /** Users with both a positive and a negative for a task: those that gAUC is over. */
    long usersWithBoth(String task) {
        Long2IntOpenHashMap classes = users.getOrDefault(task, new Long2IntOpenHashMap());
        return classes.values().intStream().filter(seen -> seen == 3).count();
    }

    /** When the first impression was shown; absent without impressions. */
    OptionalLong firstMs() {
        return all.impressions() == 0 ? OptionalLong.empty() : OptionalLong.of(firstMs);
    }

    /** When the last impression was shown; absent without impressions. */
    OptionalLong lastMs() {
        return all.impressions() == 0 ? OptionalLong.empty() : OptionalLong.of(lastMs);
    }
}
