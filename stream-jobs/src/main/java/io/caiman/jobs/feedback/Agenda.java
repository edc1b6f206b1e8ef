package io.caiman.jobs.feedback;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.InternalTimerService;

/**
 * What will happen, by event time: a list in keyed state for each time, and one timer for it. Flink keeps timers in order of
 * time but leaves open which of several at the same time is first, so there is never more than one.
 */
final class Agenda {

    private final InternalListState<Integer, Long, JoinEvent> byTime;
    private final InternalTimerService<VoidNamespace> timers;

    Agenda(InternalListState<Integer, Long, JoinEvent> byTime, InternalTimerService<VoidNamespace> timers) {
        this.byTime = byTime;
        this.timers = timers;
    }

    void add(long timeMs, JoinEvent event) throws Exception {
        byTime.setCurrentNamespace(timeMs);
        byTime.add(event);
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timeMs);
    }

    /** Removes what is to happen at a time, in order of its turns. */
    List<JoinEvent> take(long timeMs) throws Exception {
        List<JoinEvent> events = new ArrayList<>();
        byTime.setCurrentNamespace(timeMs);
        Iterable<JoinEvent> stored = byTime.get();
        if (stored != null) {
            stored.forEach(events::add);
        }
        byTime.clear();
        events.sort(Comparator.comparingInt(JoinEvent::turn));
        return events;
    }
}
