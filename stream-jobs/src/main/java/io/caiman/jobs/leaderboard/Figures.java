package io.caiman.jobs.leaderboard;

import io.caiman.jobs.options.LeastEvidence;
import io.caiman.model.evaluation.ClusteredDeLong;
import io.caiman.model.evaluation.DeLong;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.PairedDifference;
import io.caiman.model.evaluation.Placements;
import io.caiman.model.evaluation.ScoredLabel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a model compares with the baseline on some impressions that both scored: exact, in O(n log n).
 *
 * @param users users of the impressions
 * @param baselineAuc in [0, 1], ties counting half; absent unless there are both a positive and a negative
 * @param auc the model's, likewise
 * @param baselineGauc in [0, 1], see {@link GroupedAuc}; absent where no user has both a positive and a negative
 * @param gauc the model's, likewise
 * @param difference of the AUCs with {@link DeLong}'s p-value and {@link ClusteredDeLong}'s interval; absent where there is too
 *     little evidence
 * @param tooLittle in words, what there is too little of; absent where the difference is not
 */
record Figures(
        long impressions,
        long positives,
        long users,
        OptionalDouble baselineAuc,
        OptionalDouble auc,
        OptionalDouble baselineGauc,
        OptionalDouble gauc,
        Optional<Difference> difference,
        Optional<String> tooLittle) {

    /**
     * How far the model's AUC is from the baseline's.
     *
     * @param gain the model's AUC less the baseline's
     * @param pValue two-sided, as if all impressions were independent
     * @param low lower end of the 95 % interval that takes a user's impressions as dependent
     * @param high its upper end
     */
    record Difference(double gain, double pValue, double low, double high) {}

    static Figures of(PairSample pairs, LeastEvidence least) {
        int size = pairs.size();
        double[] baseline = new double[size];
        double[] model = new double[size];
        boolean[] labels = new boolean[size];
        long[] users = new long[size];
        for (int i = 0; i < size; i++) {
            baseline[i] = ScoredLabel.score(pairs.baseline(i));
            labels[i] = ScoredLabel.label(pairs.baseline(i));
            model[i] = pairs.score(i);
            users[i] = pairs.user(i);
        }
        long[] distinct = Arrays.stream(users).sorted().distinct().toArray();
        int[] numbers = Arrays.stream(users)
                .mapToInt(user -> Arrays.binarySearch(distinct, user))
                .toArray();
        Placements placements = Placements.of(baseline, model, labels);
        Optional<String> tooLittle = tooLittle(placements, distinct.length, least);
        Optional<Difference> difference = tooLittle.isPresent() ? Optional.empty() : difference(users, placements);
        if (tooLittle.isEmpty() && difference.isEmpty()) {
            tooLittle = Optional.of("the scores differ by the same everywhere, so chance cannot be told");
        }
        return new Figures(
                size,
                placements.positives(),
                distinct.length,
                placements.firstAuc(),
                placements.secondAuc(),
                GroupedAuc.of(numbers, baseline, labels).gauc(),
                GroupedAuc.of(numbers, model, labels).gauc(),
                difference,
                tooLittle);
    }

    private static Optional<Difference> difference(long[] users, Placements placements) {
        Optional<PairedDifference> byUsers = ClusteredDeLong.compare(users, placements);
        return DeLong.compare(placements)
                .flatMap(byImpressions -> byUsers.map(interval -> new Difference(
                        byImpressions.difference(), byImpressions.pValue(), interval.low(), interval.high())));
    }

    private static Optional<String> tooLittle(Placements placements, int users, LeastEvidence least) {
        List<String> lacks = new ArrayList<>();
        lack(lacks, "positives", placements.positives(), least.positives());
        lack(lacks, "negatives", placements.negatives(), least.negatives());
        lack(lacks, "users", users, least.users());
        return lacks.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lacks));
    }

    private static void lack(List<String> lacks, String what, int count, int least) {
        if (count < least) {
            lacks.add("%d %s of at least %d".formatted(count, what, least));
        }
    }
}
