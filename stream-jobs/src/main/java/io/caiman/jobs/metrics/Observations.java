package io.caiman.jobs.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Several observations in flat arrays; nobody changes them once they are handed on. */
final class Observations {

    private long[] eventTimes;
    private long[] scoredLabels;
    private int size;

    Observations(int capacity) {
        eventTimes = new long[capacity];
        scoredLabels = new long[capacity];
    }

    void add(long eventTime, long scoredLabel) {
        if (size == eventTimes.length) {
            int larger = Math.max(4, size * 2);
            eventTimes = Arrays.copyOf(eventTimes, larger);
            scoredLabels = Arrays.copyOf(scoredLabels, larger);
        }
        eventTimes[size] = eventTime;
        scoredLabels[size] = scoredLabel;
        size++;
    }

    void addAll(Observations others) {
        for (int i = 0; i < others.size; i++) {
            add(others.eventTimes[i], others.scoredLabels[i]);
        }
    }

    /** These observations by the start of the pane they lie in. */
    Map<Long, Observations> byPane(Panes panes) {
        Map<Long, Observations> byPane = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            byPane.computeIfAbsent(panes.start(eventTimes[i]), start -> new Observations(1))
                    .add(eventTimes[i], scoredLabels[i]);
        }
        return byPane;
    }

    int size() {
        return size;
    }

    long eventTime(int i) {
        return eventTimes[i];
    }

    long scoredLabel(int i) {
        return scoredLabels[i];
    }

    /** All {@link io.caiman.model.evaluation.ScoredLabel}s in the order they were added. */
    long[] scoredLabels() {
        return Arrays.copyOf(scoredLabels, size);
    }

    /** Earliest event time; there must be an observation. */
    long first() {
        return Arrays.stream(eventTimes, 0, size).min().orElseThrow();
    }

    /** Latest event time; there must be an observation. */
    long last() {
        return Arrays.stream(eventTimes, 0, size).max().orElseThrow();
    }
}
