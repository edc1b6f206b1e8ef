package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

/** Random impressions, and every figure of them computed slowly, by its definition alone. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Sample(int[] users, double[] scores, boolean[] labels) {

    /** Scores calibrated to the labels, from a normal distribution on the logit scale. */
    static Sample calibrated(long seed, int size, int users, double meanLogit, double deviation) {
        Random random = new Random(seed);
        Sample sample = new Sample(new int[size], new double[size], new boolean[size]);
        for (int i = 0; i < size; i++) {
            sample.users[i] = random.nextInt(users) - users / 2;
            sample.scores[i] = 1 / (1 + Math.exp(-(meanLogit + deviation * random.nextGaussian())));
            sample.labels[i] = random.nextDouble() < sample.scores[i];
        }
        return sample;
    }

    /** Few distinct scores, 0 and 1 among them. */
    static Sample tied(long seed, int size, int users) {
        Random random = new Random(seed);
        Sample sample = new Sample(new int[size], new double[size], new boolean[size]);
        for (int i = 0; i < size; i++) {
            sample.users[i] = random.nextInt(users) - users / 2;
            sample.scores[i] = random.nextInt(6) / 5.0;
            sample.labels[i] = random.nextInt(3) == 0;
        }
        return sample;
    }

    Sample part(int from, int to) {
        return new Sample(
                Arrays.copyOfRange(users, from, to),
                Arrays.copyOfRange(scores, from, to),
                Arrays.copyOfRange(labels, from, to));
    }

    int size() {
        return scores.length;
    }

    OptionalDouble auc() {
        double won = 0;
        long pairs = 0;
        for (int p = 0; p < size(); p++) {
            for (int n = 0; n < size(); n++) {
                if (labels[p] && !labels[n]) {
                    pairs++;
                    won += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                }
            }
        }
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(won / pairs);
    }

    OptionalDouble gauc() {
        double weighted = 0;
        long impressions = 0;
        for (int user : Arrays.stream(users).distinct().toArray()) {
            int[] own = IntStream.range(0, size()).filter(i -> users[i] == user).toArray();
            Sample sample = new Sample(new int[own.length], new double[own.length], new boolean[own.length]);
            for (int i = 0; i < own.length; i++) {
                sample.scores[i] = scores[own[i]];
                sample.labels[i] = labels[own[i]];
            }
            OptionalDouble auc = sample.auc();
            if (auc.isPresent()) {
                weighted += own.length * auc.getAsDouble();
                impressions += own.length;
            }
        }
        return impressions == 0 ? OptionalDouble.empty() : OptionalDouble.of(weighted / impressions);
    }
}
