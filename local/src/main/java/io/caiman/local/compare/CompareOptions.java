package io.caiman.local.compare;

import io.caiman.model.nn.ComputeDevice;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * What is compared, on what, and how.
 *
 * @param dataset the log
 * @param log which part of it
 * @param candidates the models; the others are tested against the first
 * @param seeds how many runs of each model, with seeds 1, 2, ...
 * @param protocol what is learned from and what is scored
 * @param conflictOn what users prefer or not, for the conflict samples of the Diversity Index: {@link #ITEM}, or a slot, of
 *     which the first id counts
 * @param threads that train, 1 or more; the outcome does not depend on it
 * @param device where the networks compute
 */
record CompareOptions(
        Dataset dataset,
        DatasetOptions log,
        List<Candidate> candidates,
        int seeds,
        Protocol protocol,
        String conflictOn,
        int threads,
        ComputeDevice device) {

    static final String ITEM = "item";

    CompareOptions {
        candidates = List.copyOf(candidates);
        Candidate.checkComparable(candidates);
        if (seeds < 1) {
            throw new IllegalArgumentException(
                    "--seeds is %d; expected 1 or more, such as 6 as in the paper".formatted(seeds));
        }
        TreeSet<String> known = new TreeSet<>();
        candidates.forEach(candidate -> known.addAll(candidate.spec().features()));
        known.removeAll(List.of("user", "domain"));
        known.add(ITEM);
        if (!known.contains(conflictOn)) {
            throw new IllegalArgumentException(
                    "--conflict-on is '%s'; expected 'item' or a slot that one of the models uses: one of %s"
                            .formatted(conflictOn, String.join(", ", known)));
        }
    }

    /** The seeds 1, 2, ... of each model. */
    List<Long> seedList() {
        return LongStream.rangeClosed(1, seeds).boxed().toList();
    }
}
