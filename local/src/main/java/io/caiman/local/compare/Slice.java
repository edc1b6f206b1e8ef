package io.caiman.local.compare;

import io.caiman.local.figures.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Scored impressions that a figure of a task is about: those of a domain, or all of them, that have the task's label.
 *
 * @param task its number
 * @param name of the domain
 * @param places among the scored impressions, ascending
 * @param users {@code [places]}
 * @param labels {@code [places]}
 */
record Slice(int task, String name, int[] places, int[] users, boolean[] labels) {

    static final String OVERALL = "overall";

    /**
     * The impressions that all runs gave a score for a task: models are compared on the same ones.
     *
     * @param task its number
     * @return the slice of each domain, in order, and last the one of all impressions
     */
    static List<Slice> of(ScoredImpressions impressions, List<Run> runs, int task) {
        int[] all = IntStream.range(0, impressions.size())
                .filter(place -> impressions.isLabelled(place, task))
                .filter(place -> runs.stream().noneMatch(run -> Double.isNaN(run.score(place, task))))
                .toArray();
        List<Slice> slices = new ArrayList<>();
        List<String> names = impressions.domainNames();
        for (int i = 0; i < names.size(); i++) {
            int domain = i;
            slices.add(of(task, names.get(i), impressions, all, place -> impressions.domain(place) == domain));
        }
        slices.add(of(task, OVERALL, impressions, all, place -> true));
        return slices;
    }

    private static Slice of(int task, String name, ScoredImpressions impressions, int[] among, IntPredicate wanted) {
        int[] places = Arrays.stream(among).filter(wanted).toArray();
        int[] users = Arrays.stream(places).map(impressions::user).toArray();
        boolean[] labels = new boolean[places.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = impressions.label(places[i], task);
        }
        return new Slice(task, name, places, users, labels);
    }

    /** A run's scores of these impressions. */
    double[] scores(Run run) {
        double[] scores = new double[places.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = run.score(places[i], task);
        }
        return scores;
    }

    /** A run's quality on these impressions. */
    Figures figures(Run run) {
        return Figures.exactly(users, scores(run), labels);
    }
}
