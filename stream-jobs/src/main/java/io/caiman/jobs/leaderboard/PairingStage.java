package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.JobLog;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.Scope;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.evaluation.ScoredLabel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Pairs the baseline's score of an impression with every other model's, whichever comes first, for the impressions of some
 * buckets. Pairs go on to the comparisons at the next watermark, refresh tick or checkpoint, whichever is first.
 *
 * <p>Scores wait until so much event time has passed since the impression as the leaderboard has patience for. {@link #LATE}
 * counts the predictions that come after that; {@link #UNPAIRED} those that found no partner until then, counted when their
 * memory is freed: a baseline's alone, or others without the baseline's.
 *
 * <p>The state is a log of the batches that came, under the keys of their buckets; an entry goes when all in it is given up. What
 * waits is read out of it again after a restore.
 */
final class PairingStage extends AbstractStreamOperator<ScopedPairs>
        implements OneInputStreamOperator<Scores, ScopedPairs> {

    /** Counter of predictions that waited in vain, in the operator's scope. */
    static final String UNPAIRED = "unpaired";

    /** Counter of predictions that came when their impression was given up already, in the operator's scope. */
    static final String LATE = "late";

    /** Counter of further predictions of one impression by one model, none of which counts, in the operator's scope. */
    static final String REPEATED = "repeated";

    /** Counter of pairs that are none because the models were told different labels, in the operator's scope. */
    static final String CONTRADICTORY = "contradictory";

    /** Counter of predictions that did not wait because as many did as may, in the operator's scope. */
    static final String CROWDED_OUT = "crowdedOut";

    private static final long serialVersionUID = 1;
    private static final int BASELINE = 0;

    private static final MapStateDescriptor<Long, Scores> LOG =
            new MapStateDescriptor<>("log", LongSerializer.INSTANCE, ScoresSerializer.INSTANCE);

    private static final ValueStateDescriptor<Long> REACHED =
            new ValueStateDescriptor<>("reached", LongSerializer.INSTANCE);

    private final String baseline;
    private final long patience;
    private final long refresh;
    private final int mostInBucket;

    private transient int[] buckets;
    private transient List<Bucket> waiting;
    private transient MapState<Long, Scores> log;
    private transient ValueState<Long> reached;
    private transient long nextEntry;

    private transient Map<String, Integer> models;
    private transient Map<Names, Named> known;
    private transient Map<Scope, Gathered> outputs;
    private transient List<Gathered> gained;
    private transient boolean ticking;

    private transient Counter unpaired;
    private transient Counter late;
    private transient Counter repeated;
    private transient Counter contradictory;
    private transient Counter crowdedOut;

    /** What waits in a bucket, and the entries of its log, those first that are given up first. */
    private static final class Bucket {
        private final WaitingScores scores = new WaitingScores();
        private final PriorityQueue<Entry> entries = new PriorityQueue<>(Comparator.comparingLong(Entry::latest));
        /** Predictions of entries that were given up and may still be among those that wait. */
        private int givenUp;
        /** The watermark, also the one before a restore. */
        private long reached = Long.MIN_VALUE;
    }

    /** An entry of a log: its number, the latest event time in it, and how many predictions. */
    private record Entry(long number, long latest, int size) {}

    /** Pairs of a scope that are still to go on. */
    private static final class Gathered {
        private final Scope scope;
        private Pairs pairs = new Pairs();

        Gathered(Scope scope) {
            this.scope = scope;
        }
    }

    /** Names that predictions come with: number of the model, hash of the task, and where pairs of its domain go. */
    private static final class Named {
        private final Scope scope;
        private final int model;
        private final long task;
        /** [number of the other model][domain, all domains]. */
        private @Nullable Gathered[][] outputs = {};

        Named(Scope scope, int model) {
            this.scope = scope;
            this.model = model;
            this.task = RowKeys.hash(scope.task());
        }
    }

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    PairingStage(LeaderboardOptions options) {
        this.baseline = options.baseline();
        this.patience = options.patience().toMillis();
        this.refresh = options.refresh().toMillis();
        this.mostInBucket = Math.max(1, options.mostWaiting() / Buckets.COUNT);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unpaired = getMetricGroup().counter(UNPAIRED);
        late = getMetricGroup().counter(LATE);
        repeated = getMetricGroup().counter(REPEATED);
        contradictory = getMetricGroup().counter(CONTRADICTORY);
        crowdedOut = getMetricGroup().counter(CROWDED_OUT);
        models = new HashMap<>(Map.of(baseline, BASELINE));
        known = new HashMap<>();
        outputs = new HashMap<>();
        gained = new ArrayList<>();
        waiting = new ArrayList<>();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            waiting.add(new Bucket());
        }
        buckets = Buckets.of(getRuntimeContext().getTaskInfo());
        log = context.getKeyedStateStore().getMapState(LOG);
        reached = context.getKeyedStateStore().getState(REACHED);
        if (context.isRestored()) {
            restore();
            new JobLog(PairingStage.class, getRuntimeContext()).restored(context);
        }
    }

    @Override
    public void processElement(StreamRecord<Scores> element) throws Exception {
        Scores scores = element.getValue();
        Bucket bucket = waiting.get(scores.bucket());
        Named[] names = names(scores);
        int before = bucket.scores.size();
        for (int i = 0; i < scores.size(); i++) {
            Named about = names[scores.names().placeOf(i)];
            if (isGivenUp(scores.eventTime(i), bucket)) {
                late.inc();
            } else if (bucket.scores.find(key(scores, i, about), about.model) != WaitingScores.NONE) {
                repeated.inc();
            } else {
                pair(scores, i, about, bucket.scores);
                if (!keep(scores, i, about, bucket)) {
                    crowdedOut.inc();
                }
            }
        }
        if (bucket.scores.size() > before) {
            // The exchange has set the key to that of the bucket.
            log.put(nextEntry, scores);
            bucket.entries.add(new Entry(nextEntry, scores.latest(), scores.size()));
            nextEntry++;
        }
        if (!ticking) {
            ticking = true;
            var timers = getProcessingTimeService();
            var unused = timers.registerTimer(
                    Math.floorDiv(timers.getCurrentProcessingTime(), refresh) * refresh + refresh, time -> {
                        ticking = false;
                        flush();
                    });
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        flush(); // before the windows end that these pairs are in
        for (int number : buckets) {
            Bucket bucket = waiting.get(number);
            bucket.reached = Math.max(bucket.reached, mark.getTimestamp());
            while (!bucket.entries.isEmpty()
                    && isGivenUp(bucket.entries.element().latest(), bucket)) {
                Entry entry = bucket.entries.remove();
                setCurrentKey(Buckets.key(number));
                log.remove(entry.number());
                bucket.givenUp += entry.size();
            }
            // Freeing memory costs as much as there is of it, so it waits until half of it can go.
            if (bucket.givenUp > 0 && 2L * bucket.givenUp >= bucket.scores.size()) {
                bucket.scores.giveUp(bucket.reached - patience, BASELINE, unpaired::inc);
                bucket.givenUp = 0;
            }
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        flush(); // so that all pairs in the state went on
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        for (int bucket : buckets) {
            setCurrentKey(Buckets.key(bucket));
            reached.update(waiting.get(bucket).reached);
        }
        super.snapshotState(context);
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    /** Predictions whose scores wait; more, until memory is freed. */
    int waiting() {
        return waiting.stream().mapToInt(bucket -> bucket.scores.size()).sum();
    }

    private boolean isGivenUp(long eventTime, Bucket bucket) {
        return bucket.reached != Long.MIN_VALUE && eventTime <= bucket.reached - patience;
    }

    /** Whether there was room. */
    private boolean keep(Scores scores, int i, Named about, Bucket bucket) {
        if (bucket.scores.size() >= mostInBucket) {
            return false;
        }
        bucket.scores.add(key(scores, i, about), scores.eventTime(i), about.model, scores.scoredLabel(i));
        return true;
    }

    private static long key(Scores scores, int i, Named about) {
        return RowKeys.key(about.task, scores.impression(i));
    }

    /** With the baseline, if that was there first, or with all others that were there before the baseline. */
    private void pair(Scores scores, int i, Named about, WaitingScores others) {
        long key = key(scores, i, about);
        long own = scores.scoredLabel(i);
        if (about.model == BASELINE) {
            for (int other = others.first(key); other != WaitingScores.NONE; other = others.next(other)) {
                pair(scores, i, about, others.model(other), own, others.scoredLabel(other));
            }
        } else {
            int other = others.find(key, BASELINE);
            if (other != WaitingScores.NONE) {
                pair(scores, i, about, about.model, others.scoredLabel(other), own);
            }
        }
    }

    /** One pair for its domain and one for all domains. */
    private void pair(Scores scores, int i, Named about, int model, long ofBaseline, long ofModel) {
        if (ScoredLabel.label(ofBaseline) != ScoredLabel.label(ofModel)) {
            contradictory.inc();
            return;
        }
        long rank = Pairs.rank(scores.impression(i));
        double score = ScoredLabel.score(ofModel);
        for (Gathered output : outputs(about, model)) {
            if (output.pairs.size() == 0) {
                gained.add(output);
            }
            output.pairs.add(scores.eventTime(i), rank, scores.user(i), ofBaseline, score);
        }
    }

    private void flush() {
        for (Gathered gathered : gained) {
            output.collect(new StreamRecord<>(new ScopedPairs(gathered.scope, gathered.pairs)));
            gathered.pairs = new Pairs();
        }
        gained.clear();
    }

    private void restore() throws Exception {
        for (int number : buckets) {
            setCurrentKey(Buckets.key(number));
            Bucket bucket = waiting.get(number);
            Long before = reached.value();
            bucket.reached = before == null ? Long.MIN_VALUE : before;
            List<Long> entries = new ArrayList<>();
            log.keys().forEach(entries::add);
            entries.sort(null);
            for (long entry : entries) {
                Scores scores = log.get(entry);
                Named[] names = names(scores);
                for (int i = 0; i < scores.size(); i++) {
                    Named about = names[scores.names().placeOf(i)];
                    if (!isGivenUp(scores.eventTime(i), bucket)
                            && bucket.scores.find(key(scores, i, about), about.model) == WaitingScores.NONE) {
                        var unused = keep(scores, i, about, bucket);
                    }
                }
                bucket.entries.add(new Entry(entry, scores.latest(), scores.size()));
                nextEntry = Math.max(nextEntry, entry + 1);
            }
        }
    }

    /** By the place of the names. */
    private Named[] names(Scores scores) {
        Named[] names = new Named[scores.names().distinct()];
        for (int place = 0; place < names.length; place++) {
            names[place] = known.computeIfAbsent(scores.names().get(place), name -> {
                Scope scope = name.scope();
                return new Named(scope, models.computeIfAbsent(scope.model(), model -> models.size()));
            });
        }
        return names;
    }

    private Gathered[] outputs(Named about, int model) {
        if (model >= about.outputs.length) {
            about.outputs = Arrays.copyOf(about.outputs, models.size());
        }
        Gathered[] found = about.outputs[model];
        if (found == null) {
            String name = models.entrySet().stream()
                    .filter(entry -> entry.getValue() == model)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            found = new Gathered[] {
                output(new Scope(name, about.scope.task(), about.scope.domain())),
                output(new Scope(name, about.scope.task(), Optional.empty()))
            };
            about.outputs[model] = found;
        }
        return found;
    }

    private Gathered output(Scope scope) {
        return outputs.computeIfAbsent(scope, Gathered::new);
    }
}
