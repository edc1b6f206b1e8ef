package io.caiman.jobs.training;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.MiniBatch;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.OffsetRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The impressions of a mini-batch, with the records they came in and as the trainer takes them. */
final class PendingBatch {

    private final ImpressionFeatures features;
    private final MiniBatch samples;

    private final List<Impression> impressions = new ArrayList<>();
    private final List<ConsumedRecord> records = new ArrayList<>();

    PendingBatch(ModelSpec spec, ImpressionFeatures features) {
        this.features = features;
        this.samples = new MiniBatch(spec.features().size(), spec.tasks().size());
    }

    void add(ConsumedRecord record, Impression impression) {
        records.add(record);
        impressions.add(impression);
        features.add(impression, samples);
    }

    int size() {
        return impressions.size();
    }

    Impression impression(int i) {
        return impressions.get(i);
    }

    ConsumedRecord record(int i) {
        return records.get(i);
    }

    /** The records, in order of arrival. */
    List<ConsumedRecord> records() {
        return records;
    }

    /** The impressions for the trainer. */
    MiniBatch samples() {
        return samples;
    }

    /** When the last impression was shown. */
    long lastEventTime() {
        return impressions.get(size() - 1).getEventTimeMs();
    }

    void clear() {
        impressions.clear();
        records.clear();
        samples.clear();
    }

    /** Where the impressions lie, a range for each partition. */
    List<OffsetRange> offsets() {
        Map<String, OffsetRange> ranges = new LinkedHashMap<>();
        for (ConsumedRecord record : records) {
            OffsetRange range = ranges.computeIfAbsent(
                    record.topic() + "-" + record.partition(),
                    any -> new OffsetRange(record.topic(), record.partition(), record.offset(), record.offset(), 0));
            range.setFirst(Math.min(range.getFirst(), record.offset()));
            range.setLast(Math.max(range.getLast(), record.offset()));
            range.setImpressions(range.getImpressions() + 1);
        }
        return List.copyOf(ranges.values());
    }

    /** The same for a line of a log: {@code impressions-0:15-78}; {@code none} where nothing waits. */
    String offsetsInWords() {
        return offsets().isEmpty()
                ? "none"
                : offsets().stream()
                        .map(range -> "%s-%d:%d-%d"
                                .formatted(range.getTopic(), range.getPartition(), range.getFirst(), range.getLast()))
                        .collect(Collectors.joining(","));
    }
}
