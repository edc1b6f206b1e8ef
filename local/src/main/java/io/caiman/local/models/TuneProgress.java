package io.caiman.local.models;

import io.caiman.local.compare.CompareProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** A line every few seconds: which model is tuned, how much is done, and about how long the rest will take. */
final class TuneProgress implements CompareProgress {

    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final PrintWriter terminal;
    private final int models;
    private final LongSupplier clock;
    private final long start;
    private long last;
    private int number;
    private String name = "";

    /**
     * @param models how many are tuned
     * @param clock nanoseconds since whenever
     */
    TuneProgress(PrintWriter terminal, int models, LongSupplier clock) {
        this.terminal = terminal;
        this.models = models;
        this.clock = clock;
        this.start = clock.getAsLong();
        this.last = start;
    }

    /** The next model's trials begin. */
    void model(String next) {
        name = next;
        number++;
    }

    @Override
    public void sorting(long linesRead) {
        if (due()) {
            say("%s: sorting the log, %,d lines read", where(), linesRead);
        }
    }

    /** Time left is reckoned as if models took equally long. */
    @Override
    public void learning(long done, OptionalLong expected) {
        if (expected.isPresent() && done > 0 && due()) {
            double ofModel = (double) done / expected.getAsLong();
            double ofAll = (number - 1 + ofModel) / models;
            double seconds = (clock.getAsLong() - start) / 1e9;
            say(
                    "%s: %.0f %% of its trials' impressions; %.0f %% of all, about %s left",
                    where(), 100 * ofModel, 100 * ofAll, time(Math.round(seconds * (1 - ofAll) / ofAll)));
        }
    }

    private static String time(long seconds) {
        return seconds < 60 ? seconds + " s" : String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }

    private String where() {
        return "tuning %s (%d of %d)".formatted(name, number, models);
    }

    private boolean due() {
        return clock.getAsLong() - last >= INTERVAL_NANOS;
    }

    private void say(String format, Object... values) {
        terminal.println(String.format(Locale.ROOT, format, values));
        terminal.flush();
        last = clock.getAsLong();
    }

    @Override
    public void close() {}
}
