package io.caiman.dashboard;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Points by event time, a bounded number of them, spread evenly: time is cut into slots of equal width and each slot
 * keeps its latest point; when there are too many slots, their width doubles. A point whose time is already there
 * replaces the one of that time. The latest point is always there.
 */
final class Curve<P extends Curve.Timed> {

    /** What a curve is made of. */
    interface Timed {

        /** Event time, milliseconds since 1970. */
        long time();

        /** Version of the state when it last changed. */
        long version();
    }

    private final int capacity;
    private final TreeMap<Long, P> bySlot = new TreeMap<>();
    /** A slot is two to this power of milliseconds wide. */
    private int widthLog2;

    Curve(int capacity) {
        if (capacity < 2) {
            throw new IllegalArgumentException("a curve of " + capacity + " points: expected at least 2");
        }
        this.capacity = capacity;
    }

    void put(P point) {
        keepLatest(bySlot, point);
        while (bySlot.size() > capacity) {
            widenSlots();
        }
    }

    void clear() {
        bySlot.clear();
        widthLog2 = 0;
    }

    /** The points that changed after this version, in order of time. */
    List<P> changedAfter(long version) {
        return bySlot.values().stream().filter(p -> p.version() > version).toList();
    }

    private void widenSlots() {
        widthLog2++;
        Map<Long, P> points = new TreeMap<>(bySlot);
        bySlot.clear();
        points.values().forEach(p -> keepLatest(bySlot, p));
    }

    private void keepLatest(Map<Long, P> slots, P point) {
        slots.merge(
                point.time() >> widthLog2,
                point,
                (there, candidate) -> candidate.time() >= there.time() ? candidate : there);
    }
}
