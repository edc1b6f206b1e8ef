package io.caiman.model.train;

import io.caiman.model.loss.ChainedLogit;
import io.caiman.model.spec.ModelSpec;

/**
 * The tasks that a spec chains to others: the way from a sample's own logits, a factor of the chain's product each, to those of
 * its predictions, and from derivatives by the latter back to derivatives by the former. Arrays are {@code [.., tasks]}, a
 * sample's part of them starting at {@code first}.
 */
final class Chains {

    private static final int NONE = -1;

    /** For each task the one that it is chained to. */
    private final int[] before;
    /** The chained tasks, each behind the one it is chained to. */
    private final int[] chained;

    Chains(ModelSpec spec) {
        this.before = spec.tasks().stream()
                .mapToInt(task -> spec.tasks().indexOf(spec.chains().getOrDefault(task, "")))
                .toArray();
        this.chained = chained(before, spec.chains().size());
    }

    private static int[] chained(int[] before, int count) {
        boolean[] placed = new boolean[before.length];
        int[] order = new int[count];
        int size = 0;
        while (size < count) {
            for (int task = 0; task < before.length; task++) {
                boolean due = before[task] != NONE && (before[before[task]] == NONE || placed[before[task]]);
                if (due && !placed[task]) {
                    placed[task] = true;
                    order[size++] = task;
                }
            }
        }
        return order;
    }

    /** Whether no task is chained to another: each logit is then its prediction's. */
    boolean none() {
        return chained.length == 0;
    }

    /** Turns a sample's own logits into those of its predictions. */
    void predict(double[] logits, int first) {
        for (int task : chained) {
            logits[first + task] = ChainedLogit.of(logits[first + before[task]], logits[first + task]);
        }
    }

    /**
     * Turns derivatives by the logits of a sample's predictions into those by its own logits.
     *
     * @param own the own logits
     * @param predictions what {@link #predict} made of them
     * @param slopes the derivatives, {@code [tasks]}
     */
    void unchain(double[] own, double[] predictions, int first, double[] slopes) {
        for (int i = chained.length - 1; i >= 0; i--) {
            int task = chained[i];
            double chain = predictions[first + task];
            slopes[before[task]] += slopes[task] * ChainedLogit.gradient(predictions[first + before[task]], chain);
            slopes[task] *= ChainedLogit.gradient(own[first + task], chain);
        }
    }
}
