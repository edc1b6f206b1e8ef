package io.caiman.faults;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the metrics job must have published, from all predictions at once and by the figures' definitions alone. */
final class ExpectedFigures {

    private static final double CLIP = 1e-15;

    private final EventTimeCut cut;
    private final long closed;

    /** By what their cumulative figure is about. */
    private final Map<About, List<Arrival>> scopes = new HashMap<>();

    /**
     * Of some predictions.
     *
     * @param closed end of the last window that is published
     */
    ExpectedFigures(EventTimeCut cut, List<Arrival> arrivals, long closed) {
        this.cut = cut;
        this.closed = closed;
        for (Arrival arrival : arrivals) {
            Prediction prediction = arrival.prediction();
            for (Optional<String> domain : List.of(Optional.of(prediction.getDomain()), Optional.<String>empty())) {
                scopes.computeIfAbsent(
                                new About(
                                        prediction.getModel(),
                                        prediction.getTask(),
                                        domain,
                                        WindowKind.CUMULATIVE,
                                        "all",
                                        0),
                                any -> new ArrayList<>())
                        .add(arrival);
            }
        }
    }

    /**
     * A rolling window.
     *
     * @param last what its last revision says
     * @param first what its first says; empty where all that is in it came late
     * @param batches how often late predictions came to it
     */
    record Rolling(Figures last, Optional<Figures> first, int batches) {}

    /**
     * Figures, with revision 0.
     *
     * @param aucTolerance how far off the AUC of a histogram may be
     */
    record Figures(DomainMetrics metrics, double aucTolerance) {}

    /** Of every window with predictions that is published. */
    Map<About, Rolling> rolling() {
        Map<About, Rolling> expected = new HashMap<>();
        scopes.forEach((scope, arrivals) -> cut.windows().forEach((name, length) -> {
            for (long end : ends(arrivals, length)) {
                List<Arrival> within = arrivals.stream()
                        .filter(arrival ->
                                arrival.time() >= end - length && arrival.time() < end && cut.counts(arrival, end))
                        .toList();
                List<Arrival> inTime = within.stream()
                        .filter(arrival -> arrival.closed() < end)
                        .toList();
                Figures all = figures(scope, WindowKind.ROLLING, name, end - length, end, within);
                Optional<Figures> first = inTime.isEmpty()
                        ? Optional.empty()
                        : Optional.of(figures(scope, WindowKind.ROLLING, name, end - length, end, inTime));
                long batches = within.stream()
                        .mapToLong(Arrival::closed)
                        .filter(then -> then >= end)
                        .distinct()
                        .count();
                expected.put(About.of(all.metrics()), new Rolling(all, first, (int) batches));
            }
        }));
        return expected;
    }

    private Set<Long> ends(List<Arrival> arrivals, long length) {
        Set<Long> ends = new TreeSet<>();
        for (Arrival arrival : arrivals) {
            long start = cut.start(arrival.time());
            for (long end = start + cut.pane(); end <= Math.min(start + length, closed); end += cut.pane()) {
                if (cut.counts(arrival, end)) {
                    ends.add(end);
                }
            }
        }
        return ends;
    }

    /** Over everything, and over the last so many predictions of what is before the last published end. */
    Map<About, Figures> others() {
        Map<About, Figures> expected = new HashMap<>();
        scopes.forEach((scope, arrivals) -> {
            List<Arrival> inOrder = arrivals.stream()
                    .sorted(Comparator.comparingLong(Arrival::time))
                    .toList();
            List<Arrival> over =
                    inOrder.stream().filter(arrival -> arrival.time() < closed).toList();
            List<Figures> all = new ArrayList<>(List.of(spanned(scope, WindowKind.CUMULATIVE, "all", inOrder)));
            for (int count : over.isEmpty() ? List.<Integer>of() : cut.last()) {
                List<Arrival> last = over.subList(Math.max(0, over.size() - count), over.size());
                all.add(spanned(scope, WindowKind.COUNT, "last " + count, last));
            }
            all.forEach(figures -> expected.put(About.of(figures.metrics()), figures));
        });
        return expected;
    }

    /** Of predictions in the order of event time, from the first to the last. */
    private static Figures spanned(About scope, WindowKind kind, String window, List<Arrival> inOrder) {
        return figures(
                scope,
                kind,
                window,
                inOrder.get(0).time(),
                inOrder.get(inOrder.size() - 1).time(),
                inOrder);
    }

    private static Figures figures(
            About scope, WindowKind kind, String window, long start, long end, List<Arrival> arrivals) {
        List<Prediction> predictions =
                arrivals.stream().map(Arrival::prediction).toList();
        long positives = predictions.stream().filter(Prediction::getLabel).count();
        double scores = 0;
        double losses = 0;
        for (Prediction prediction : predictions) {
            double score = prediction.getScore();
            scores += score;
            losses -= Math.log(Math.max(CLIP, prediction.getLabel() ? score : 1 - score));
        }
        return new Figures(
                new DomainMetrics(
                        scope.model(),
                        scope.task(),
                        scope.domain().orElse(null),
                        kind,
                        window,
                        start,
                        end,
                        0,
                        (long) predictions.size(),
                        positives,
                        (long) Ranking.rankedUsers(predictions).size(),
                        Ranking.auc(predictions),
                        Ranking.gauc(predictions),
                        losses / predictions.size(),
                        positives == 0 ? null : scores / positives),
                Ranking.histogramError(predictions));
    }
}
