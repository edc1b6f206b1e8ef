package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.feedback.Standing.Answered;
import io.caiman.jobs.feedback.Standing.AwaitsFeedback;
import io.caiman.jobs.feedback.Standing.AwaitsImpression;
import io.caiman.jobs.feedback.Standing.Closed;
import io.caiman.jobs.feedback.Standing.Held;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Decides what labels an impression gets, and when. Each label that it awaits is decided by itself, and the impression goes on
 * with the last of them. Labels go by their {@link AwaitedLabels#name}. Times come in ascending order, and of each time everything at once; so
 * what comes of it does not depend on the order in which things got known.
 */
final class LabelWindow {

    private static final Comparator<ConsumedRecord> BY_PLACE =
            Comparator.comparingInt(ConsumedRecord::partition).thenComparingLong(ConsumedRecord::offset);

    private static final long FORGET_TIMES_A_WINDOW = 64;

    private final long lengthMs;
    private final AwaitedLabels labels;
    private final MapState<String, Standing> standings;
    /** Of impressions that await several labels, by place in the log: those that are decided, until all are. */
    private final MapState<String, Map<String, Boolean>> decided;

    private final Agenda agenda;
    private final Counter late;
    private final Counter orphans;
    private final Counter repeated;
    private final Counter answered;
    private final Counter unanswered;

    LabelWindow(
            long lengthMs,
            AwaitedLabels labels,
            MapState<String, Standing> standings,
            MapState<String, Map<String, Boolean>> decided,
            Agenda agenda,
            MetricGroup metrics) {
        this.lengthMs = lengthMs;
        this.labels = labels;
        this.standings = standings;
        this.decided = decided;
        this.agenda = agenda;
        this.late = metrics.counter(FeedbackMetrics.LATE_FEEDBACK);
        this.orphans = metrics.counter(FeedbackMetrics.ORPHAN_FEEDBACK);
        this.repeated = metrics.counter(FeedbackMetrics.REPEATED_FEEDBACK);
        this.answered = metrics.counter(FeedbackMetrics.ANSWERED_IMPRESSIONS);
        this.unanswered = metrics.counter(FeedbackMetrics.UNANSWERED_IMPRESSIONS);
    }

    /** The impressions that need wait no longer at this time, by their place in the log. */
    List<ConsumedRecord> settleAt(long time) throws Exception {
        List<ConsumedRecord> settled = new ArrayList<>();
        for (JoinEvent event : agenda.take(time)) {
            if (event instanceof JoinEvent.Passing passing) {
                settled.add(passing.record());
            } else if (event instanceof JoinEvent.Shown shown) {
                for (String task : labels.awaitedBy(shown.record())) {
                    show(labels.name(task, shown.impressionId()), shown.record(), time, settled);
                }
            } else if (event instanceof JoinEvent.Answer answer) {
                answer(answer.label(), time, settled);
            } else if (event instanceof JoinEvent.Expiry expiry) {
                expire(expiry.label(), time, settled);
            }
        }
        settled.sort(BY_PLACE);
        return settled;
    }

    private void show(String label, ConsumedRecord record, long time, List<ConsumedRecord> settled) throws Exception {
        Standing standing = standing(label);
        long until = remind(label, time);
        if (standing instanceof AwaitsImpression ahead) {
            repeated.inc(ahead.until().size() - 1L);
            settle(label, record, true, settled);
            standings.put(label, new Answered(until));
        } else if (standing instanceof Answered) {
            settle(label, record, true, settled);
            standings.put(label, new Answered(until));
        } else {
            List<Held> held =
                    new ArrayList<>(standing instanceof AwaitsFeedback awaits ? awaits.held() : List.<Held>of());
            held.add(new Held(record, until));
            standings.put(label, new AwaitsFeedback(held));
        }
    }

    private void answer(String label, long time, List<ConsumedRecord> settled) throws Exception {
        Standing standing = standing(label);
        if (standing instanceof AwaitsFeedback awaits) {
            long until = time;
            for (Held held : awaits.held()) {
                settle(label, held.record(), true, settled);
                until = Math.max(until, held.until());
            }
            standings.put(label, new Answered(until));
        } else if (standing instanceof Answered) {
            repeated.inc();
        } else if (standing instanceof Closed closed && time <= closed.until()) {
            late.inc();
        } else {
            List<Long> until =
                    new ArrayList<>(standing instanceof AwaitsImpression ahead ? ahead.until() : List.<Long>of());
            until.add(remind(label, time));
            standings.put(label, new AwaitsImpression(until));
        }
    }

    /** Which of a label's times is over, if any, its standing tells: it may have changed since it was given. */
    private void expire(String label, long time, List<ConsumedRecord> settled) throws Exception {
        Standing standing = standing(label);
        if (standing instanceof AwaitsFeedback awaits) {
            List<Held> left = new ArrayList<>();
            for (Held held : awaits.held()) {
                if (held.until() > time) {
                    left.add(held);
                } else {
                    settle(label, held.record(), false, settled);
                }
            }
            if (left.isEmpty()) {
                close(label, time);
            } else {
                standings.put(label, new AwaitsFeedback(left));
            }
        } else if (standing instanceof Answered done && done.until() <= time) {
            close(label, time);
        } else if (standing instanceof Closed closed && closed.until() <= time) {
            standings.remove(label);
        } else if (standing instanceof AwaitsImpression ahead) {
            List<Long> left =
                    ahead.until().stream().filter(until -> until > time).toList();
            orphans.inc(ahead.until().size() - left.size());
            if (left.isEmpty()) {
                standings.remove(label);
            } else {
                standings.put(label, new AwaitsImpression(left));
            }
        }
    }

    private void close(String label, long time) throws Exception {
        if (time == Long.MAX_VALUE) {
            standings.remove(label); // nothing comes later
        } else {
            long until = after(time, lengthMs);
            standings.put(label, new Closed(until));
            agenda.add(forgetAt(until), new JoinEvent.Expiry(label));
        }
    }

    /** Ids are forgotten many at a time, some later than need be: each time costs a timer, and nothing else is due. */
    private long forgetAt(long until) {
        long step = Math.max(1, lengthMs / FORGET_TIMES_A_WINDOW);
        long beyond = Math.floorMod(until, step);
        return beyond == 0 ? until : after(until, step - beyond);
    }

    /** Comes back to a label a window after this time. */
    private long remind(String label, long time) throws Exception {
        long until = after(time, lengthMs);
        agenda.add(until, new JoinEvent.Expiry(label));
        return until;
    }

    private static long after(long time, long length) {
        return time > Long.MAX_VALUE - length ? Long.MAX_VALUE : time + length;
    }

    /** A label is decided; the impression goes on unless it awaits another one. */
    private void settle(String label, ConsumedRecord held, boolean value, List<ConsumedRecord> settled)
            throws Exception {
        (value ? answered : unanswered).inc();
        List<String> awaited = labels.awaitedBy(held);
        if (awaited.size() == 1) {
            settled.add(labels.settle(held, Map.of(awaited.get(0), value)));
            return;
        }
        String place = held.partition() + "-" + held.offset();
        Map<String, Boolean> before = decided.get(place);
        Map<String, Boolean> known = new TreeMap<>(before == null ? Map.of() : before);
        known.put(labels.task(label), value);
        if (known.size() == awaited.size()) {
            decided.remove(place);
            settled.add(labels.settle(held, known));
        } else {
            decided.put(place, known);
        }
    }

    private @Nullable Standing standing(String label) throws Exception {
        return standings.get(label);
    }
}
