package io.caiman.jobs.leaderboard;

import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.ScoredLabel;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Pairs the baseline's score of an impression with every other model's, whichever comes first.
 *
 * <p>What models have given an impression is kept until so much event time has passed since the impression as the leaderboard
 * has patience for. {@link #LATE} counts the predictions that come after that; {@link #UNPAIRED} those that found no partner
 * until then: a baseline's alone, or others without the baseline's.
 */
final class PairingStage extends KeyedProcessFunction<ImpressionKey, ModelScore, ScopedPair> {

    /** Counter of predictions that waited in vain, in the operator's scope. */
    static final String UNPAIRED = "unpaired";

    /** Counter of predictions that came when their impression was given up already, in the operator's scope. */
    static final String LATE = "late";

    /** Counter of further predictions of one impression by one model, none of which counts, in the operator's scope. */
    static final String REPEATED = "repeated";

    /** Counter of pairs that are none because the models were told different labels, in the operator's scope. */
    static final String CONTRADICTORY = "contradictory";

    private final String baseline;
    private final long patience;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient ValueState<GivenScores> given;

    private transient Counter unpaired;
    private transient Counter late;
    private transient Counter repeated;
    private transient Counter contradictory;

    /**
     * A stage for one baseline.
     *
     * @param patience ms of event time
     */
    PairingStage(String baseline, long patience) {
        this.baseline = baseline;
        this.patience = patience;
    }

    @Override
    public void open(OpenContext context) {
        given = getRuntimeContext().getState(new ValueStateDescriptor<>("given", GivenScoresSerializer.INSTANCE));
        var metrics = getRuntimeContext().getMetricGroup();
        unpaired = metrics.counter(UNPAIRED);
        late = metrics.counter(LATE);
        repeated = metrics.counter(REPEATED);
        contradictory = metrics.counter(CONTRADICTORY);
    }

    @Override
    public void processElement(ModelScore score, Context context, Collector<ScopedPair> out) throws Exception {
        long givenUp = score.eventTime() + patience;
        if (givenUp <= context.timerService().currentWatermark()) {
            late.inc();
            return;
        }
        GivenScores before = given.value() == null ? GivenScores.NONE : given.value();
        if (before.find(score.model()).isPresent()) {
            repeated.inc();
            return;
        }
        if (before.size() == 0) {
            context.timerService().registerEventTimeTimer(givenUp);
        }
        if (score.model().equals(baseline)) {
            for (int i = 0; i < before.size(); i++) {
                pair(score, before.model(i), score.scoredLabel(), before.scoredLabel(i), out);
            }
        } else {
            OptionalInt partner = before.find(baseline);
            if (partner.isPresent()) {
                pair(score, score.model(), before.scoredLabel(partner.getAsInt()), score.scoredLabel(), out);
            }
        }
        given.update(before.plus(score.model(), score.scoredLabel()));
    }

    /** One pair for its domain and one for all domains. */
    private void pair(ModelScore about, String model, long ofBaseline, long ofModel, Collector<ScopedPair> out) {
        if (ScoredLabel.label(ofBaseline) != ScoredLabel.label(ofModel)) {
            contradictory.inc();
            return;
        }
        Pair pair = new Pair(
                about.eventTime(), about.impression().rank(), about.user(), ofBaseline, ScoredLabel.score(ofModel));
        String task = about.impression().task();
        out.collect(new ScopedPair(new Scope(model, task, Optional.of(about.domain())), pair));
        out.collect(new ScopedPair(new Scope(model, task, Optional.empty()), pair));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ScopedPair> out) throws Exception {
        GivenScores left = given.value();
        if (left != null && (left.size() == 1 || left.find(baseline).isEmpty())) {
            unpaired.inc(left.size());
        }
        given.clear();
    }
}
