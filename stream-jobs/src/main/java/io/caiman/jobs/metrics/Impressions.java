package io.caiman.jobs.metrics;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Scored impressions of one scope in columns: event time, number of the user, {@link io.caiman.model.evaluation.ScoredLabel}. */
final class Impressions {

    private long[] eventTimes;
    private long[] users;
    private long[] scoredLabels;
    private int size;

    Impressions() {
        this(0);
    }

    /** No impressions yet, and room for so many. */
    Impressions(int capacity) {
        eventTimes = new long[capacity];
        users = new long[capacity];
        scoredLabels = new long[capacity];
    }

    void add(long eventTime, long user, long scoredLabel) {
        if (size == eventTimes.length) {
            int larger = Math.max(8, size + (size >> 1));
            eventTimes = Arrays.copyOf(eventTimes, larger);
            users = Arrays.copyOf(users, larger);
            scoredLabels = Arrays.copyOf(scoredLabels, larger);
        }
        eventTimes[size] = eventTime;
        users[size] = user;
        scoredLabels[size] = scoredLabel;
        size++;
    }

    Impressions copy() {
        Impressions copy = new Impressions(size);
        copy.addAll(this);
        return copy;
    }

    /** Forgets all, but keeps the room. */
    void clear() {
        size = 0;
    }

    void addAll(Impressions others) {
        for (int i = 0; i < others.size; i++) {
            add(others.eventTimes[i], others.users[i], others.scoredLabels[i]);
        }
    }

    int size() {
        return size;
    }

    long eventTime(int i) {
        return eventTimes[i];
    }

    long user(int i) {
        return users[i];
    }

    long scoredLabel(int i) {
        return scoredLabels[i];
    }

    void write(DataOutputView target) throws IOException {
        target.writeInt(size);
        for (int i = 0; i < size; i++) {
            target.writeLong(eventTimes[i]);
            target.writeLong(users[i]);
            target.writeLong(scoredLabels[i]);
        }
    }

    static Impressions read(DataInputView source) throws IOException {
        int size = source.readInt();
        Impressions impressions = new Impressions(size);
        for (int i = 0; i < size; i++) {
            impressions.add(source.readLong(), source.readLong(), source.readLong());
        }
        return impressions;
    }
}
