package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import io.caiman.schemas.avro.Split;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ali-CCP as published: {@code sample_skeleton_*.csv} joined with {@code common_features_*.csv}, train before test.
 *
 * <ul>
 *   <li>tasks: {@code click} and {@code conversion}; a conversion without a click is invalid, a bad line
 *   <li>user: the id of field 101; item: that of 205; domain: that of 301
 *   <li>slots: all other fields, by their numbers, such as {@code 121} or {@code 109_14}; of several ids, the values are the
 *       weights
 *   <li>event time: the samples have none. They keep the order of the files, and are taken to be {@link #STEP} apart, the
 *       training samples from {@link #START} on, the test samples from a week later, so that windows of event time mean
 *       something
 *   <li>id: {@code train} or {@code test}, a colon, and the line in the file; {@link Split} says the same
 * </ul>
 */
final class AliCcpReader implements LogFormat {

    /** Made-up event time of the first sample. */
    static final Instant START = Instant.parse("2018-01-01T00:00:00Z");

    /** Made-up time between two samples: the larger file then takes five days. */
    static final Duration STEP = Duration.ofMillis(10);

    private static final Duration FILE = Duration.ofDays(7);
    private static final long MOST_LINES = FILE.dividedBy(STEP);

    private static final LineLayout LAYOUT = LineLayout.plain(
            ",",
            StandardCharsets.UTF_8,
            "sample_id",
            "click",
            "conversion",
            "common_feature_index",
            "feature_num",
            "feature_list");

    /** The columns read. */
    private static final List<String> COLUMNS =
            List.of("click", "conversion", "common_feature_index", "feature_num", "feature_list");

    private static final String USER = "101";
    private static final String ITEM = "205";
    private static final String DOMAIN = "301";

    /** The part of the data each file is. */
    private static final List<Split> PARTS = List.of(Split.TRAIN, Split.TEST);

    private final Set<String> domains;
    private final AliCcpFeatures features;
    private final List<AliCcpCommonFeatures> common;
    /** What {@link #parse} made of the line it read last: lines in order become impressions one by one. */
    private Sample sample = new Sample(false, false, "", "", "", List.of());

    private record Sample(
            boolean click, boolean conversion, String user, String item, String domain, List<Slot> slots) {}

    private AliCcpReader(List<Path> tables, Set<String> domains, int mostIds) {
        this.domains = domains;
        this.features = new AliCcpFeatures(mostIds);
        this.common = tables.stream()
                .map(table -> new AliCcpCommonFeatures(table, features))
                .toList();
    }

    static ImpressionSource open(DatasetOptions options) {
        Path folder = options.folder(Dataset.ALICCP);
        List<Path> skeletons =
                List.of(folder.resolve("sample_skeleton_train.csv"), folder.resolve("sample_skeleton_test.csv"));
        List<Path> tables =
                List.of(folder.resolve("common_features_train.csv"), folder.resolve("common_features_test.csv"));
        List<Path> all = Stream.of(skeletons, tables).flatMap(List::stream).toList();
        all.forEach(SortedLog::requireFile);
        return new SortedLog(
                Provenance.of(Dataset.ALICCP, options, all),
                new AliCcpReader(tables, options.domains(), options.idsPerSlot()),
                skeletons,
                options);
    }

    @Override
    public LineLayout layout(Path file) {
        return LAYOUT;
    }

    @Override
    public List<String> columns() {
        return COLUMNS;
    }

    @Override
    public boolean inOrder() {
        return true;
    }

    @Override
    public Verdict parse(DelimitedLine line, LogRecord record) throws MalformedLineException {
        if (record.line() > MOST_LINES) {
            throw new MalformedLineException("expected %,d lines at most, to give each a time".formatted(MOST_LINES));
        }
        record.time(
                START.plus(FILE.multipliedBy(record.file())).toEpochMilli() + (record.line() - 1) * STEP.toMillis());
        boolean click = line.flag(0);
        boolean conversion = line.flag(1);
        if (conversion && !click) {
            throw new MalformedLineException("a conversion without a click");
        }
        byte[] list = line.bytes(4);
        Map<String, Slot> slots = new LinkedHashMap<>();
        common.get(record.file()).slots(line.text(2)).forEach(slot -> slots.put(slot.getName(), slot));
        features.slots(list, 0, list.length, line.id(3)).forEach(slot -> slots.put(slot.getName(), slot));
        sample = new Sample(
                click,
                conversion,
                taken(USER, slots),
                taken(ITEM, slots),
                taken(DOMAIN, slots),
                new ArrayList<>(slots.values()));
        return domains.isEmpty() || domains.contains(sample.domain) ? Verdict.KEPT : Verdict.FILTERED;
    }

    /** Takes the one id of a field out of the slots. */
    private static String taken(String field, Map<String, Slot> slots) throws MalformedLineException {
        Slot slot = slots.remove(field);
        if (slot == null || slot.getIds().size() != 1) {
            throw new MalformedLineException("field %s: expected one id, found %d"
                    .formatted(field, slot == null ? 0 : slot.getIds().size()));
        }
        return Long.toString(slot.getIds().get(0));
    }

    @Override
    public Impression impression(LogRecord record) {
        Split part = PARTS.get(record.file());
        Map<String, Boolean> labels = new LinkedHashMap<>();
        labels.put("click", sample.click);
        labels.put("conversion", sample.conversion);
        return new Impression(
                (part == Split.TRAIN ? "train:" : "test:") + record.line(),
                record.time(),
                sample.user,
                sample.item,
                sample.domain,
                sample.slots,
                Map.of(),
                labels,
                part,
                List.of());
    }

    @Override
    public long withoutFeatures() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        for (AliCcpCommonFeatures table : common) {
            table.close();
        }
    }
}
