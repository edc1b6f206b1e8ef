package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * KuaiRand in its 1k, pure and 27k editions: the standard logs, the random log or both, joined with the user table and the basic video features.
 *
 * <ul>
 *   <li>tasks: {@code click}, {@code like}, {@code follow}, {@code comment}, {@code forward}, {@code hate}, {@code long_view}
 *   <li>domain: {@code tab}
 *   <li>slots: those of {@link KuaiRandUsers} and {@link KuaiRandVideos}; a user or video missing there has none, and is
 *       counted
 *   <li>id: the log file's place among the log files, a colon, and the line in it
 * </ul>
 *
 * What is only known after the impression (play time, stay times, profile visits) and the whole-period statistics table are
 * never read.
 */
final class KuaiRandReader implements LogFormat {

    private static final List<String> TASKS =
            List.of("click", "like", "follow", "comment", "forward", "hate", "long_view");
    private static final List<String> TASK_COLUMNS =
            List.of("is_click", "is_like", "is_follow", "is_comment", "is_forward", "is_hate", "long_view");
    private static final List<String> COLUMNS = Stream.concat(
                    Stream.of("user_id", "video_id", "time_ms", "tab"), TASK_COLUMNS.stream())
            .toList();
    private static final int FIRST_TASK_COLUMN = 4;
    private static final int HIGHEST_TAB = 99;

    /** The numbers of a record. */
    private static final int USER = 0;

    private static final int ITEM = 1;
    private static final int TAB_AND_LABELS = 2;

    private final KuaiRandUsers users;
    private final KuaiRandVideos videos;
    private final boolean[] wantedTabs;
    /** The labels by the bits of a record, so that impressions share them. */
    private final List<Map<String, Boolean>> labels = IntStream.range(0, 1 << TASKS.size())
            .mapToObj(KuaiRandReader::labels)
            .toList();

    private long withoutFeatures;

    private KuaiRandReader(KuaiRandFiles files, Set<String> domains) {
        wantedTabs = wanted(domains);
        users = new KuaiRandUsers(files.users());
        videos = new KuaiRandVideos(files.videos());
    }

    static ImpressionSource open(DatasetOptions options) {
        return open(options, EventTimeSorter.Limits.DEFAULT);
    }

    static ImpressionSource open(DatasetOptions options, EventTimeSorter.Limits memory) {
        KuaiRandFiles files = KuaiRandFiles.in(options.folder(Dataset.KUAIRAND), options.logs());
        files.logs().forEach(log -> SideTable.requireColumns(log, COLUMNS));
        return new SortedLog(
                Provenance.of(Dataset.KUAIRAND, options, files.all()),
                new KuaiRandReader(files, options.domains()),
                files.logs(),
                options,
                memory);
    }

    private static boolean[] wanted(Set<String> domains) {
        boolean[] wanted = new boolean[HIGHEST_TAB + 1];
        for (int tab = 0; tab <= HIGHEST_TAB; tab++) {
            wanted[tab] = domains.isEmpty() || domains.contains(Integer.toString(tab));
        }
        for (String domain : domains) {
            OptionalInt tab = IntStream.rangeClosed(0, HIGHEST_TAB)
                    .filter(known -> Integer.toString(known).equals(domain))
                    .findAny();
            if (tab.isEmpty()) {
                throw new DatasetException(
                        "--domains: expected tabs of KuaiRand, such as 0,1,2,4,6, got '%s'".formatted(domain));
            }
        }
        return wanted;
    }

    private static Map<String, Boolean> labels(int bits) {
        // In one fixed order, so that equal impressions have equal bytes.
        Map<String, Boolean> labels = new LinkedHashMap<>();
        for (int task = 0; task < TASKS.size(); task++) {
            labels.put(TASKS.get(task), (bits >> task & 1) == 1);
        }
        return Collections.unmodifiableMap(labels);
    }

    @Override
    public List<String> columns() {
        return COLUMNS;
    }

    @Override
    public Verdict parse(DelimitedLine line, LogRecord record) throws MalformedLineException {
        record.keep(line.id(0));
        record.keep(line.id(1));
        long time = line.whole(2);
        if (time < 1 || time >= EventTimeSorter.TIME_BOUND) {
            throw line.malformed(2, "milliseconds since 1970");
        }
        record.time(time);
        int tab = (int) line.whole(3, HIGHEST_TAB);
        long bits = 0;
        for (int task = 0; task < TASK_COLUMNS.size(); task++) {
            bits |= (line.flag(FIRST_TASK_COLUMN + task) ? 1L : 0) << task;
        }
        record.keep((long) tab << TASKS.size() | bits);
        return wantedTabs[tab] ? Verdict.KEPT : Verdict.FILTERED;
    }

    @Override
    public Impression impression(LogRecord record) {
        List<Slot> slots = new ArrayList<>();
        Optional<List<Slot>> user = users.slots(record.number(USER));
        user.ifPresent(slots::addAll);
        boolean videoKnown = videos.addSlots(record.number(ITEM), slots);
        if (user.isEmpty() || !videoKnown) {
            withoutFeatures++;
        }
        return new Impression(
                record.file() + ":" + record.line(),
                record.time(),
                Long.toString(record.number(USER)),
                Long.toString(record.number(ITEM)),
                Long.toString(record.number(TAB_AND_LABELS) >> TASKS.size()),
                slots,
                Map.of(),
                labels.get((int) (record.number(TAB_AND_LABELS) & (labels.size() - 1))),
                null,
                List.of());
    }

    @Override
    public long withoutFeatures() {
        return withoutFeatures;
    }
}
