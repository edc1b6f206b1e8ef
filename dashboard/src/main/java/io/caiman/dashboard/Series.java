package io.caiman.dashboard;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is known of one model and task on one domain, or over all of them. */
final class Series {

    private final SeriesKey key;
    private final int order;
    private final boolean drawn;
    private final Curve cumulativeCurve = new Curve(LiveState.POINTS_PER_CURVE);
    private final Curve rollingCurve = new Curve(LiveState.POINTS_PER_CURVE);
    private final RateMeter rate = new RateMeter();
    private Optional<Figures> cumulative = Optional.empty();
    private Optional<Figures> rolling = Optional.empty();
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

    void put(DomainMetrics metrics, long newVersion) {
        version = newVersion;
        Figures figures = Figures.of(metrics);
        if (metrics.getKind() == WindowKind.CUMULATIVE) {
            putCumulative(figures);
        } else {
            putRolling(figures);
        }
    }

    void growth(long nanos) {
        cumulative.ifPresent(figures -> rate.add(nanos, figures.impressions()));
    }

    long version() {
        return version;
    }

    /** Its latest figures, and the points of its curves that changed after a version. */
    StateView.SeriesView changesAfter(long seen, long nowNanos) {
        return new StateView.SeriesView(
                key.model(),
                key.task(),
                key.domain(),
                order,
                beginnings,
                cumulative,
                rolling,
                key.isOverall() ? rate.perSecond(nowNanos) : OptionalDouble.empty(),
                new StateView.CurvesView(cumulativeCurve.changedAfter(seen), rollingCurve.changedAfter(seen)));
    }

    private void putCumulative(Figures figures) {
        if (cumulative.isPresent() && figures.impressions() < cumulative.get().impressions() / 2) {
            // A count that goes back this far: the job began anew, so the old curves are another run's. A job that
            // recovers from a failure may repeat its last few figures, which go back less and replace themselves.
            beginnings++;
            cumulativeCurve.clear();
            rollingCurve.clear();
            rolling = Optional.empty();
        }
        cumulative = Optional.of(figures);
        if (drawn) {
            cumulativeCurve.put(figures.point(version));
        }
    }

    private void putRolling(Figures figures) {
        if (rolling.isEmpty() || figures.endMs() >= rolling.get().endMs()) {
            rolling = Optional.of(figures);
        }
        if (drawn) {
            rollingCurve.put(figures.point(version));
        }
    }
}
