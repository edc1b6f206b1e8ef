package io.caiman.replay.synthetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How well the true probabilities rank the labels: the best AUC and gAUC that any model can be expected to reach. Exact; ties
 * count half. Keeps 12 to 24 bytes an impression.
 */
public final class OracleEvaluation {

    /**
     * The figures of a domain.
     *
     * @param domain absent: all domains together
     * @param auc chance that a positive has a higher probability than a negative, ties half; absent without both
     * @param gauc sum(n_u * AUC_u) / sum(n_u) over the users that have both a positive and a negative; absent without such
     */
    public record Figures(
            Optional<String> domain, long impressions, long positives, OptionalDouble auc, OptionalDouble gauc) {}

    private final TreeMap<String, Scores> domains = new TreeMap<>();
    private final HashMap<String, Integer> users = new HashMap<>();

    /**
     * Takes in an impression.
     *
     * @param probability in [0, 1]
     */
    public void add(String domain, String user, double probability, boolean label) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability: expected a number from 0 to 1, got " + probability);
        }
        int userNumber = users.computeIfAbsent(user, unseen -> users.size());
        domains.computeIfAbsent(domain, unseen -> new Scores()).add(userNumber, probability, label);
    }

    /** The figures of each domain, then those over all. */
    public List<Figures> figures() {
        List<Figures> figures = new ArrayList<>();
        Scores all = new Scores();
        domains.forEach((domain, scores) -> {
            figures.add(scores.figures(Optional.of(domain)));
            all.addAll(scores);
        });
        figures.add(all.figures(Optional.empty()));
        return figures;
    }

    /**
     * Impressions in flat arrays. Probability and label share a long: the bits of a double below 1 leave the upper two free,
     * and order as the numbers do, so sorting the longs sorts by probability.
     */
    private static final class Scores {
        private int[] users = new int[1024];
        private long[] scores = new long[1024];
        private int size;

        void add(int user, double probability, boolean label) {
            append(user, Double.doubleToLongBits(probability) << 1 | (label ? 1 : 0));
        }

        void addAll(Scores other) {
            for (int i = 0; i < other.size; i++) {
                append(other.users[i], other.scores[i]);
            }
        }

        private void append(int user, long score) {
            if (size == users.length) {
                users = Arrays.copyOf(users, 2 * size);
                scores = Arrays.copyOf(scores, 2 * size);
            }
            users[size] = user;
            scores[size] = score;
            size++;
        }

        Figures figures(Optional<String> domain) {
            long positives = 0;
            for (int i = 0; i < size; i++) {
                positives += scores[i] & 1;
            }
            return new Figures(domain, size, positives, auc(Arrays.copyOf(scores, size)), gauc());
        }

        private OptionalDouble gauc() {
            double weighted = 0;
            long weights = 0;
            for (long[] ofUser : byUser()) {
                OptionalDouble auc = auc(ofUser);
                if (auc.isPresent()) {
                    weighted += ofUser.length * auc.getAsDouble();
                    weights += ofUser.length;
                }
            }
            return weights == 0 ? OptionalDouble.empty() : OptionalDouble.of(weighted / weights);
        }

        private long[][] byUser() {
            int userCount = Arrays.stream(users, 0, size).max().orElse(-1) + 1;
            int[] counts = new int[userCount];
            for (int i = 0; i < size; i++) {
                counts[users[i]]++;
            }
            long[][] byUser = new long[userCount][];
            Arrays.setAll(byUser, user -> new long[counts[user]]);
            for (int i = 0; i < size; i++) {
                byUser[users[i]][--counts[users[i]]] = scores[i];
            }
            return byUser;
        }

        /** Area by the rank sum (Mann and Whitney): negatives below each positive, those level with it counted half. */
        private static OptionalDouble auc(long[] scores) {
            Arrays.sort(scores);
            long positives = 0;
            long negatives = 0;
            double won = 0;
            int from = 0;
            while (from < scores.length) {
                int to = from;
                long levelPositives = 0;
                while (to < scores.length && scores[to] >>> 1 == scores[from] >>> 1) {
                    levelPositives += scores[to] & 1;
                    to++;
                }
                long levelNegatives = to - from - levelPositives;
                won += levelPositives * (negatives + 0.5 * levelNegatives);
                positives += levelPositives;
                negatives += levelNegatives;
                from = to;
            }
            return positives == 0 || negatives == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(won / ((double) positives * negatives));
        }
    }
}
