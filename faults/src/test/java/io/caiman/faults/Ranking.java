package io.caiman.faults;

import io.caiman.schemas.avro.Prediction;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How well scores rank, by definition. */
final class Ranking {

    /** Width on the logit scale within which the job's histogram may take different scores for one. */
    private static final double FINEST_BIN = 0x1p-20;

    private Ranking() {}

    /** The share of pairs of a positive and a negative that are in order, ties counting half; null without any pair. */
    static @Nullable Double auc(Collection<Prediction> predictions) {
        List<Prediction> sorted = sorted(predictions);
        double wonTwice = 0;
        long negativesBelow = 0;
        long positives = 0;
        for (int from = 0, to; from < sorted.size(); from = to) {
            long tiedPositives = 0;
            long tiedNegatives = 0;
            for (to = from;
                    to < sorted.size()
                            && sorted.get(to).getScore() == sorted.get(from).getScore();
                    to++) {
                if (sorted.get(to).getLabel()) {
                    tiedPositives++;
                } else {
                    tiedNegatives++;
                }
            }
            wonTwice += (double) tiedPositives * (2 * negativesBelow + tiedNegatives);
            negativesBelow += tiedNegatives;
            positives += tiedPositives;
        }
        return positives == 0 || negativesBelow == 0 ? null : wonTwice / (2.0 * positives * negativesBelow);
    }

    /** How far off a histogram's AUC may be: half the share of pairs of unlike scores that may be in one bin. */
    static double histogramError(Collection<Prediction> predictions) {
        List<Prediction> sorted = sorted(predictions);
        long positives = sorted.stream().filter(Prediction::getLabel).count();
        long within = 0;
        for (int i = 0; i < sorted.size(); i++) {
            for (int j = i + 1; j < sorted.size(); j++) {
                double score = sorted.get(i).getScore();
                double higher = sorted.get(j).getScore();
                if (logit(higher) - logit(score) > FINEST_BIN) {
                    break;
                }
                within += score < higher
                                && sorted.get(i).getLabel() != sorted.get(j).getLabel()
                        ? 1
                        : 0;
            }
        }
        return within == 0 ? 0 : within / (2.0 * positives * (sorted.size() - positives));
    }

    /** The users with both a positive and a negative. */
    static List<List<Prediction>> rankedUsers(Collection<Prediction> predictions) {
        Map<String, List<Prediction>> byUser = predictions.stream().collect(Collectors.groupingBy(Prediction::getUser));
        return byUser.values().stream().filter(own -> auc(own) != null).toList();
    }

    /** The mean of the users' own AUCs, weighted by impressions; null where no user has both a positive and a negative. */
    static @Nullable Double gauc(Collection<Prediction> predictions) {
        double weighted = 0;
        long weight = 0;
        for (List<Prediction> own : rankedUsers(predictions)) {
            Double auc = auc(own);
            if (auc != null) {
                weighted += auc * own.size();
                weight += own.size();
            }
        }
        return weight == 0 ? null : weighted / weight;
    }

    private static List<Prediction> sorted(Collection<Prediction> predictions) {
        return predictions.stream()
                .sorted(Comparator.comparingDouble(Prediction::getScore))
                .toList();
    }

    /** 0 and 1, and what a double hardly tells from them, as one. */
    private static double logit(double score) {
        return Math.max(-40, Math.min(40, Math.log(score / (1 - score))));
    }
}
