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
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Decides what label an impression gets, and when. Times come in ascending order, and of each time everything at once; so
 * what comes of it does not depend on the order in which things got known.
 */
final class LabelWindow {

    private static final Comparator<ConsumedRecord> BY_PLACE =
            Comparator.comparingInt(ConsumedRecord::partition).thenComparingLong(ConsumedRecord::offset);

    private static final long FORGET_TIMES_A_WINDOW = 64;

    private final long lengthMs;
    private final AwaitedLabel label;
    private final MapState<String, Standing> standings;
    private final Agenda agenda;
    private final Counter late;
    private final Counter orphans;
    private final Counter repeated;
    private final Counter answered;
    private final Counter unanswered;

    LabelWindow(
            long lengthMs,
            AwaitedLabel label,
            MapState<String, Standing> standings,
            Agenda agenda,
            MetricGroup metrics) {
        this.lengthMs = lengthMs;
        this.label = label;
        this.standings = standings;
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
                show(shown, time, settled);
            } else if (event instanceof JoinEvent.Answer answer) {
                answer(answer.impressionId(), time, settled);
            } else if (event instanceof JoinEvent.Expiry expiry) {
                expire(expiry.impressionId(), time, settled);
            }
        }
        settled.sort(BY_PLACE);
        return settled;
    }

    private void show(JoinEvent.Shown shown, long time, List<ConsumedRecord> settled) throws Exception {
        String id = shown.impressionId();
        Standing standing = standing(id);
        long until = remind(id, time);
        if (standing instanceof AwaitsImpression ahead) {
            repeated.inc(ahead.until().size() - 1L);
            settled.add(positive(shown.record()));
            standings.put(id, new Answered(until));
        } else if (standing instanceof Answered) {
            settled.add(positive(shown.record()));
            standings.put(id, new Answered(until));
        } else {
            List<Held> held =
                    new ArrayList<>(standing instanceof AwaitsFeedback awaits ? awaits.held() : List.<Held>of());
            held.add(new Held(shown.record(), until));
            standings.put(id, new AwaitsFeedback(held));
        }
    }

    private void answer(String id, long time, List<ConsumedRecord> settled) throws Exception {
        Standing standing = standing(id);
        if (standing instanceof AwaitsFeedback awaits) {
            long until = time;
            for (Held held : awaits.held()) {
                settled.add(positive(held.record()));
                until = Math.max(until, held.until());
            }
            standings.put(id, new Answered(until));
        } else if (standing instanceof Answered) {
            repeated.inc();
        } else if (standing instanceof Closed closed && time <= closed.until()) {
            late.inc();
        } else {
            List<Long> until =
                    new ArrayList<>(standing instanceof AwaitsImpression ahead ? ahead.until() : List.<Long>of());
            until.add(remind(id, time));
            standings.put(id, new AwaitsImpression(until));
        }
    }

    /** Which of an impression's times is over, if any, its standing tells: it may have changed since it was given. */
    private void expire(String id, long time, List<ConsumedRecord> settled) throws Exception {
        Standing standing = standing(id);
        if (standing instanceof AwaitsFeedback awaits) {
            List<Held> left = new ArrayList<>();
            for (Held held : awaits.held()) {
                if (held.until() > time) {
                    left.add(held);
                } else {
                    unanswered.inc();
                    settled.add(label.settle(held.record(), false));
                }
            }
            if (left.isEmpty()) {
                close(id, time);
            } else {
                standings.put(id, new AwaitsFeedback(left));
            }
        } else if (standing instanceof Answered done && done.until() <= time) {
            close(id, time);
        } else if (standing instanceof Closed closed && closed.until() <= time) {
            standings.remove(id);
        } else if (standing instanceof AwaitsImpression ahead) {
            List<Long> left =
                    ahead.until().stream().filter(until -> until > time).toList();
            orphans.inc(ahead.until().size() - left.size());
            if (left.isEmpty()) {
                standings.remove(id);
            } else {
                standings.put(id, new AwaitsImpression(left));
            }
        }
    }

    private void close(String id, long time) throws Exception {
        if (time == Long.MAX_VALUE) {
            standings.remove(id); // nothing comes later
        } else {
            long until = after(time, lengthMs);
            standings.put(id, new Closed(until));
            agenda.add(forgetAt(until), new JoinEvent.Expiry(id));
        }
    }

    /** Ids are forgotten many at a time, some later than need be: each time costs a timer, and nothing else is due. */
    private long forgetAt(long until) {
        long step = Math.max(1, lengthMs / FORGET_TIMES_A_WINDOW);
        long beyond = Math.floorMod(until, step);
        return beyond == 0 ? until : after(until, step - beyond);
    }

    /** Comes back to an impression a window after this time. */
    private long remind(String id, long time) throws Exception {
        long until = after(time, lengthMs);
        agenda.add(until, new JoinEvent.Expiry(id));
        return until;
    }

    private static long after(long time, long length) {
        return time > Long.MAX_VALUE - length ? Long.MAX_VALUE : time + length;
    }

    private ConsumedRecord positive(ConsumedRecord record) {
        answered.inc();
        return label.settle(record, true);
    }

    private @Nullable Standing standing(String id) throws Exception {
        return standings.get(id);
    }
}
