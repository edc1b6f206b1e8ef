package io.caiman.dashboard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code /api/state} and the events of {@code /api/stream} carry: everything, or what changed since a version.
 *
 * @param version of the state this brings its reader to
 * @param complete whether this is everything, to replace what was known, or changes to it
 * @param unreadable records of the metrics topic that could not be read
 * @param notKept series, alerts and comparisons left out because there were too many
 * @param alerts those raised, all of them, newest first; absent if none changed
 * @param comparisons the latest ones, all of them; absent if none changed
 */
record StateView(
        long version,
        boolean complete,
        FeedStatus feed,
        long deadLetters,
        long unreadable,
        long notKept,
        Optional<List<AlertBoard.Raised>> alerts,
        Optional<List<Leaderboard.Comparison>> comparisons,
        List<SeriesView> series) {

    /**
     * One model and task on one domain.
     *
     * @param domain empty: over all domains together
     * @param order the domain's place in order of first appearance, the same for every model; overall: 0
     * @param beginnings grows when the job began anew; points of an earlier beginning are void
     * @param rolling the latest window
     * @param impressionsPerSecond by the clock, of an overall series; empty when nothing moves
     */
    record SeriesView(
            String model,
            String task,
            Optional<String> domain,
            int order,
            int beginnings,
            Optional<Figures> cumulative,
            Optional<Figures> rolling,
            OptionalDouble impressionsPerSecond,
            CurvesView curves) {}

    /** New and changed points; a point replaces the one of the same time. */
    record CurvesView(List<Point> cumulative, List<Point> rolling) {}
}
