package io.caiman.model.train;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.WideSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the steps of a training job follow each other. */
public enum Pipeline {

    /** A mini-batch has the rows and the weights that the one before left. */
    EXACT,

    /**
     * While a mini-batch computes, the rows of the one before are updated and then those of the next are fetched. So the
     * network's inputs are rows that the mini-batch before has not taught; all else is as with {@link #EXACT}: each gradient
     * reaches its rows, as they are by then, and dense weights are never old. With p, c, f for a step's phases
     * ({@link Trainer}) and k for a mini-batch, the rows see
     *
     * <pre>
     * p(1)  p(2)  f(1)  p(3)  f(2)  ...  p(k)  f(k - 1)  ...
     * </pre>
     *
     * <p>in this order whatever the threads do, and c(k) is after p(k) and c(k - 1), and before f(k). So the outcome is a
     * function of the mini-batches alone. f(k) waits for mini-batch k + 1, however late that comes.
     */
    STALE_1;

    /** How {@link #parse} takes it, in words. */
    public static final String EXPECTED =
            "one of " + Arrays.stream(values()).map(Pipeline::toString).collect(Collectors.joining(", "));

    /** What {@link #toString} wrote, in any case; empty if it is none. */
    public static Optional<Pipeline> parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(pipeline -> pipeline.toString().equals(name))
                .findFirst();
    }

    /**
     * Makes sure that a model can learn so. It cannot with {@link #STALE_1} if it needs its rows as the mini-batch before left
     * them.
     *
     * @throws IllegalArgumentException if it cannot, with the key of the spec, its value, what was expected and the remedy
     */
    public void check(ModelSpec spec) {
        if (this == EXACT) {
            return;
        }
        require(
                spec.wide().mode() == WideSpec.Mode.NONE,
                spec,
                "wide.mode",
                spec.wide().mode(),
                "none, as the wide part learns in the rows before they are updated");
        require(
                spec.admission().admitsAtOnce(),
                spec,
                "admission",
                spec.admission(),
                "min-count 1 and probability 1 for every feature, as others count sightings in the rows");
        require(
                !spec.eviction().active(),
                spec,
                "eviction.row-budget",
                spec.eviction().rowBudget(),
                "0, as rows that the next mini-batch has could be given up");
        require(
                spec.maxDomains() == 0,
                spec,
                "max-domains",
                spec.maxDomains(),
                "0, as a domain that comes starts from the rows of others");
    }

    private void require(boolean holds, ModelSpec spec, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "'%s' of model '%s' is %s; expected %s; change it, or choose the pipeline %s"
                            .formatted(key, spec.name(), value, expected, EXACT));
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
