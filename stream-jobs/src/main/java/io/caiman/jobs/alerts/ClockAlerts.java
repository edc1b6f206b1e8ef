package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DeadLetter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Evaluates the rules that go by the clock, every {@link #LOOK_EVERY}: the rate of dead letters, and how far consumers are
 * behind. At parallelism 1. Dead letters count for a minute. A restart begins counting anew, so for the first minute after it too
 * few are known: that tells of many letters, but of few it tells nothing, and a lag that is not known tells nothing either.
 */
final class ClockAlerts extends AbstractStreamOperator<Alert> implements OneInputStreamOperator<DeadLetter, Alert> {

    private static final long serialVersionUID = 1;

    static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private static final int LOOKS_A_MINUTE = (int) Duration.ofMinutes(1).dividedBy(LOOK_EVERY);
    private static final Alerting.Subject ALL = new Alerting.Subject("", null, null, null);

    private final List<AlertRule> rules;
    private final LagProbe probe;

    @SuppressWarnings("NullAway.Init") // set by initializeState
    private transient Map<String, Standing> standings;

    @SuppressWarnings("NullAway.Init") // set by initializeState
    private transient ListState<Tuple4<String, Boolean, Integer, Long>> stored;

    /** Dead letters since each of the last looks; the one in use is at {@code looks % LOOKS_A_MINUTE}. */
    @SuppressWarnings("NullAway.Init") // set in open
    private transient long[] letters;

    private transient long looks;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient ExecutorService prober;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient Map<String, CompletableFuture<OptionalLong>> lags;

    ClockAlerts(List<AlertRule> rules, LagProbe probe) {
        this.rules = rules.stream()
                .filter(rule -> rule instanceof AlertRule.DeadLetterRate || rule instanceof AlertRule.ConsumerLag)
                .toList();
        this.probe = probe;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        stored = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>(
                        "standings", Types.TUPLE(Types.STRING, Types.BOOLEAN, Types.INT, Types.LONG)));
        standings = new HashMap<>();
        for (Tuple4<String, Boolean, Integer, Long> one : stored.get()) {
            standings.put(one.f0, new Standing(one.f1, one.f2, one.f3));
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        letters = new long[LOOKS_A_MINUTE];
        lags = new HashMap<>();
        prober = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "lag-probe");
            thread.setDaemon(true);
            return thread;
        });
        long every = LOOK_EVERY.toMillis();
        var unused = getProcessingTimeService().scheduleWithFixedDelay(this::look, every, every);
    }

    @Override
    public void processElement(StreamRecord<DeadLetter> letter) {
        letters[(int) (looks % LOOKS_A_MINUTE)]++;
    }

    private void look(long nowMs) {
        long inMinute = 0;
        for (long since : letters) {
            inMinute += since;
        }
        for (AlertRule rule : rules) {
            if (rule instanceof AlertRule.DeadLetterRate rate) {
                if (looks >= LOOKS_A_MINUTE - 1 || inMinute > rate.perMinute()) {
                    look(rule, deadLetters(rate, inMinute), nowMs);
                }
            } else if (rule instanceof AlertRule.ConsumerLag lag) {
                lagKnown(lag).ifPresent(behind -> look(rule, lag(lag, behind), nowMs));
            }
        }
        looks++;
        letters[(int) (looks % LOOKS_A_MINUTE)] = 0;
    }

    private static Finding deadLetters(AlertRule.DeadLetterRate rule, long inMinute) {
        return Finding.above(
                (double) inMinute,
                rule.perMinute(),
                rule.perMinute() * AlertRule.OVER_SHARE,
                String.format(Locale.ROOT, "%,d dead letters in a minute, limit %s", inMinute, rule.perMinute()));
    }

    private static Finding lag(AlertRule.ConsumerLag rule, long behind) {
        return Finding.above(
                (double) behind,
                (double) rule.above(),
                rule.above() * AlertRule.OVER_SHARE,
                String.format(
                        Locale.ROOT,
                        "consumer group %s is %,d records behind, limit %,d",
                        rule.group(),
                        behind,
                        rule.above()));
    }

    /** What was asked at the look before, if the answer is there; asks again. */
    private OptionalLong lagKnown(AlertRule.ConsumerLag rule) {
        CompletableFuture<OptionalLong> asked = lags.get(rule.name());
        if (asked != null && !asked.isDone()) {
            return OptionalLong.empty();
        }
        lags.put(rule.name(), CompletableFuture.supplyAsync(() -> ask(rule), prober));
        return asked == null || asked.isCompletedExceptionally() ? OptionalLong.empty() : asked.join();
    }

    private OptionalLong ask(AlertRule.ConsumerLag rule) {
        try {
            return probe.lag(rule.group());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }

    private void look(AlertRule rule, Finding finding, long nowMs) {
        Standing before = standings.getOrDefault(rule.name(), Standing.CALM);
        Standing now = before.after(finding, rule.patience(), nowMs);
        standings.put(rule.name(), now);
        now.changedFrom(before)
                .ifPresent(state -> output.collect(
                        new StreamRecord<>(Alerting.alert(rule, ALL, finding, state, now, nowMs), nowMs)));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        stored.update(standings.entrySet().stream()
                .map(one -> Tuple4.of(
                        one.getKey(),
                        one.getValue().raised(),
                        one.getValue().inRow(),
                        one.getValue().sinceMs()))
                .toList());
    }

    @Override
    public void close() throws Exception {
        if (prober != null) {
            prober.shutdownNow();
        }
        super.close();
    }
}
