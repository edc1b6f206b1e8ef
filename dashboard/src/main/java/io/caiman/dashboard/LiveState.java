package io.caiman.dashboard;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.ModelHealth;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest figures and their curves, bounded whatever the log holds. Every change raises its version, so a reader asks
 * for what is new since the version it has seen. Safe for use by several threads.
 */
final class LiveState implements MetricsFeed.Listener {

    /** Series beyond these are counted, not kept. */
    static final int MOST_SERIES = 2_000;

    /** Domains that have curves, in order of first appearance; later ones have their latest figures only. */
    static final int DRAWN_DOMAINS = 50;

    static final int POINTS_PER_CURVE = 400;

    /** Models whose health is kept; that of further ones is counted only. */
    static final int MOST_MODELS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(LiveState.class);

    /** Much longer than between two looks at the cluster, one that does not answer included. */
    private static final long TOLD_WITHIN_SECONDS = 60;

    private final LongSupplier nanoClock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<SeriesKey, Series> series = new LinkedHashMap<>();
    private final Map<String, Integer> domainOrder = new HashMap<>();
    private long statusAt;
    private FeedStatus status = new FeedStatus(FeedStatus.Condition.CONNECTING, "Kafka");
    private boolean caughtUp;
    private long deadLetters;
    private long unreadable;
    private long notKept;
    private long version;
    private final AlertBoard alerts = new AlertBoard();
    private long alertsVersion;
    private final Leaderboard leaderboard = new Leaderboard();
    private long leaderboardVersion;
    private final Map<String, HealthHistory> health = new LinkedHashMap<>();
    private long healthVersion;
    private final RateMeter sentRate = new RateMeter();
    private Optional<Traffic> traffic = Optional.empty();
    private long trafficVersion;

    /** @param nanoClock a clock like {@link System#nanoTime()}, to measure rates by */
    LiveState(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.statusAt = nanoClock.getAsLong();
    }

    @Override
    public synchronized void metrics(DomainMetrics metrics) {
        changed();
        SeriesKey key = SeriesKey.of(metrics);
        Series known = series.get(key);
        if (known == null) {
            if (series.size() >= MOST_SERIES) {
                notKept++;
                return;
            }
            known = newSeries(key);
            series.put(key, known);
        }
        if (!known.put(metrics, version)) {
            notKept++;
        }
        if (caughtUp) {
            known.growth(nanoClock.getAsLong());
        }
    }

    @Override
    public synchronized void comparison(ModelComparison comparison) {
        if (leaderboard.put(comparison)) {
            changed();
            leaderboardVersion = version;
        }
    }

    @Override
    public synchronized void alert(Alert alert) {
        if (alerts.put(alert)) {
            changed();
            alertsVersion = version;
        }
    }

    @Override
    public synchronized void health(ModelHealth told) {
        changed();
        HealthHistory history = health.get(told.getModel());
        if (history == null) {
            if (health.size() >= MOST_MODELS) {
                notKept++;
                return;
            }
            history = new HealthHistory(told.getModel());
            health.put(told.getModel(), history);
        }
        history.put(told, version);
        healthVersion = version;
    }

    @Override
    public synchronized void traffic(Traffic seen) {
        long now = nanoClock.getAsLong();
        sentRate.add(now, seen.records());
        Optional<Traffic> rated = Optional.of(seen.withRate(sentRate.perSecond(now)));
        if (!traffic.equals(rated)) {
            traffic = rated;
            changed();
            trafficVersion = version;
        }
    }

    @Override
    public synchronized void deadLetters(long more) {
        deadLetters += more;
        changed();
    }

    @Override
    public synchronized void unreadable(String reason) {
        LOG.warn("Left out a record: {}", reason);
        unreadable++;
        changed();
    }

    @Override
    public synchronized void caughtUp() {
        caughtUp = true;
    }

    @Override
    public synchronized void status(FeedStatus newStatus) {
        statusAt = nanoClock.getAsLong();
        if (!status.equals(newStatus)) {
            status = newStatus;
            changed();
        }
    }

    /**
     * Why whoever reads for this state is stuck: it tells its status every few seconds, also while Kafka does not answer.
     * Empty if it is not.
     */
    synchronized Optional<String> stuck() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - statusAt);
        return seconds <= TOLD_WITHIN_SECONDS
                ? Optional.empty()
                : Optional.of("the reader has not told of itself for %d s".formatted(seconds));
    }

    /** Why the figures here are not those that Kafka has now; empty if they are. */
    synchronized Optional<String> behind() {
        return stuck().or(() -> switch (status.condition()) {
            case CONNECTING -> Optional.of("Kafka has not answered yet");
            case UNREACHABLE -> Optional.of("Kafka does not answer: " + status.detail());
            case WAITING -> Optional.empty();
            case LIVE -> caughtUp ? Optional.empty() : Optional.of("what was published before is still being read");
        });
    }

    /** Everything. */
    synchronized StateView all() {
        return view(-1);
    }

    /** The health of a model, if it has told of any. */
    synchronized Optional<HealthView> health(String model) {
        return Optional.ofNullable(health.get(model)).map(HealthHistory::view);
    }

    /** What changed after a version. */
    synchronized StateView changesAfter(long seen) {
        return view(seen);
    }

    /**
     * Waits until there is more than a version, or the time is over, or the state is closed.
     *
     * @return whether there is more
     */
    synchronized boolean awaitMoreThan(long seen, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (version <= seen && !isClosed()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return version > seen;
    }

    /** Waits this long, less if the state is closed meanwhile. */
    void awaitClosed(long millis) throws InterruptedException {
        boolean unused = closing.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Lets those who wait go. */
    synchronized void close() {
        closing.countDown();
        notifyAll();
    }

    boolean isClosed() {
        return closing.getCount() == 0;
    }

    private StateView view(long seen) {
        long now = nanoClock.getAsLong();
        return new StateView(
                version,
                seen < 0,
                status,
                deadLetters,
                unreadable,
                notKept + alerts.notKept() + leaderboard.notKept(),
                alertsVersion > seen ? Optional.of(alerts.newestFirst()) : Optional.empty(),
                leaderboardVersion > seen ? Optional.of(leaderboard.all()) : Optional.empty(),
                healthVersion > seen
                        ? Optional.of(health.values().stream()
                                .map(HealthHistory::summary)
                                .toList())
                        : Optional.empty(),
                trafficVersion > seen ? traffic : Optional.empty(),
                series.values().stream()
                        .filter(s -> s.version() > seen)
                        .map(s -> s.changesAfter(seen, now))
                        .toList());
    }

    private Series newSeries(SeriesKey key) {
        if (key.isOverall()) {
            return new Series(key, 0, true);
        }
        int order = domainOrder.computeIfAbsent(key.domain().orElseThrow(), d -> domainOrder.size());
        return new Series(key, order, order < DRAWN_DOMAINS);
    }

    private void changed() {
        version++;
        notifyAll();
    }
}
