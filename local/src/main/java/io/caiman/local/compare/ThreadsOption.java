package io.caiman.local.compare;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says how many threads train; a picocli mixin for the commands that run several models side by side. */
public final class ThreadsOption {

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that train, at most one for each run; what comes out does not depend on it."
                    + " Default: one for each core.")
    private Optional<Integer> threads = Optional.empty();

    /**
     * The number chosen.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public int threads() {
        int chosen = threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
        if (chosen < 1) {
            throw new IllegalArgumentException(
                    "--threads is %d; expected 1 or more, best the number of cores".formatted(chosen));
        }
        return chosen;
    }
}
