package io.caiman.dashboard;

import io.caiman.schemas.avro.WindowKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code /api/state} and the events of {@code /api/stream} carry: everything, or what changed since a version.
 *
 * @param version of the state this brings its reader to
 * @param complete whether this is everything, to replace what was known, or changes to it
 * @param unreadable records that could not be read
 * @param notKept series, windows, alerts and the like left out because there were too many
 * @param alerts those raised, all of them, newest first; absent if none changed
 * @param comparisons the latest ones, all of them; absent if none changed
 * @param health of all models; absent if none changed
 * @param traffic what moves through the topics; absent if unchanged or not known
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
        Optional<List<HealthSummary>> health,
        Optional<Traffic> traffic,
        List<SeriesView> series) {

    /**
     * One model and task on one domain.
     *
     * @param domain empty: over all domains together
     * @param order the domain's place in order of first appearance, the same for every model; overall: 0
     * @param beginnings grows when the job began anew; windows of an earlier beginning are void
     * @param impressionsPerSecond by the clock, of an overall series; empty when nothing moves
     * @param windows those that changed
     */
    record SeriesView(
            String model,
            String task,
            Optional<String> domain,
            int order,
            int beginnings,
            OptionalDouble impressionsPerSecond,
            List<WindowView> windows) {}

    /**
     * Windows of one length, the last so many impressions, or everything so far.
     *
     * @param window its name, such as {@code 1h}, {@code last 100000} or {@code all}
     * @param latest figures of the latest window
     * @param trend of the latest window's AUC; empty where there is too little to tell, and for everything so far
     * @param curve new and changed points; a point replaces the one of the same time
     */
    record WindowView(String window, WindowKind kind, Figures latest, Optional<Trend> trend, List<Point> curve) {}

    /**
     * How a model was when it last told.
     *
     * @param timeMs event time
     * @param step mini-batches learned from
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
     * @param warnings of its last report
     */
    record HealthSummary(String model, long timeMs, long step, long skippedSteps, List<String> warnings) {}
}
