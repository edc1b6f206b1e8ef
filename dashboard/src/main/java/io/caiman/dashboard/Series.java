package io.caiman.dashboard;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is known of one model and task on one domain, or over all of them. */
final class Series {

    /** Windows of one series; those of further lengths are not kept. */
    static final int MOST_WINDOWS = 12;

    private final SeriesKey key;
    private final int order;
    private final boolean drawn;
    private final Map<String, Window> windows = new LinkedHashMap<>();
    private final RateMeter rate = new RateMeter();
    private long impressions;
    private int beginnings;
    private long version;

    /**
     * @param order the domain's place in order of first appearance
     * @param drawn whether it has curves, besides its latest figures
     */
    Series(SeriesKey key, int order, boolean drawn) {
        this.key = key;
        this.order = order;
        this.drawn = drawn;
    }

    /** The windows of one length, or everything so far. */
    private static final class Window {

        private final WindowKind kind;
        private final Curve<Point> curve = new Curve<>(LiveState.POINTS_PER_CURVE);
        private Figures latest;
        private long version;

        private Window(WindowKind kind, Figures latest) {
            this.kind = kind;
            this.latest = latest;
        }
    }

    /** Takes in figures; false if there is no room for windows of their length. */
    boolean put(DomainMetrics metrics, long newVersion) {
        Figures figures = Figures.of(metrics);
        if (metrics.getKind() == WindowKind.CUMULATIVE) {
            if (figures.impressions() < impressions / 2) {
                // A count that goes back this far: the job began anew, so the old curves are another run's. A job that
                // recovers from a failure may repeat its last few figures, which go back less and replace themselves.
                beginnings++;
                windows.clear();
            }
            impressions = figures.impressions();
        }
        Window window = windows.get(metrics.getWindow());
        if (window == null) {
            if (windows.size() >= MOST_WINDOWS) {
                return false;
            }
            window = new Window(metrics.getKind(), figures);
            windows.put(metrics.getWindow(), window);
        }
        // A window that is published again is not the latest for that; everything so far may shrink after a failure.
        if (window.kind == WindowKind.CUMULATIVE || figures.endMs() >= window.latest.endMs()) {
            window.latest = figures;
        }
        if (drawn) {
            window.curve.put(figures.point(newVersion));
        }
        window.version = newVersion;
        version = newVersion;
        return true;
    }

    void growth(long nanos) {
        if (impressions > 0) {
            rate.add(nanos, impressions);
        }
    }

    long version() {
        return version;
    }

    /** The windows that changed after a version: their latest figures, and the points of their curves that changed. */
    StateView.SeriesView changesAfter(long seen, long nowNanos) {
        return new StateView.SeriesView(
                key.model(),
                key.task(),
                key.domain(),
                order,
                beginnings,
                key.isOverall() ? rate.perSecond(nowNanos) : OptionalDouble.empty(),
                windows.entrySet().stream()
                        .filter(entry -> entry.getValue().version > seen)
                        .map(entry -> view(entry.getKey(), entry.getValue(), seen))
                        .toList());
    }

    private static StateView.WindowView view(String name, Window window, long seen) {
        return new StateView.WindowView(
                name,
                window.kind,
                window.latest,
                window.kind == WindowKind.ROLLING
                        ? Trend.of(window.curve.changedAfter(-1), window.latest)
                        : Optional.empty(),
                window.curve.changedAfter(seen));
    }
}
