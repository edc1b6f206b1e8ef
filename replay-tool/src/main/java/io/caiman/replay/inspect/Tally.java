package io.caiman.replay.inspect;

import io.caiman.schemas.avro.Impression;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Impressions, and how many of them were positive, task by task. */
final class Tally {

    private long impressions;
    private final Map<String, long[]> labels = new TreeMap<>();

    void add(Impression impression) {
        impressions++;
        impression.getLabels().forEach((task, positive) -> {
            long[] counts = labels.computeIfAbsent(task, any -> new long[2]);
            counts[0]++;
            counts[1] += positive ? 1 : 0;
        });
    }

    long impressions() {
        return impressions;
    }

    /** The share of positives among the impressions that have a label for the task; absent where none has. */
    OptionalDouble rate(String task) {
        long[] counts = labels.get(task);
        return counts == null ? OptionalDouble.empty() : OptionalDouble.of((double) counts[1] / counts[0]);
    }

    Iterable<String> tasks() {
        return labels.keySet();
    }
}
