package io.caiman.replay;

import io.caiman.replay.dataset.Provenance;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Tells how a replay goes by a line every few seconds, for logs and pipes. */
public final class LineProgress implements ReplayListener {

    /** A line at this interval keeps a log readable and a watcher patient. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private long printed;
    private long sentThen;

    public LineProgress(PrintWriter out, Duration interval, LongSupplier nanoTime) {
        this.out = out;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.printed = nanoTime.getAsLong();
    }

    @Override
    public void preparing(long linesRead) {
        if (due()) {
            print(String.format(Locale.ROOT, "sorting the log: %,d lines read", linesRead));
        }
    }

    @Override
    public void started(Provenance provenance) {
        print("%s (%s): %s".formatted(provenance.dataset(), provenance.id(), provenance.description()));
    }

    /** Entries are being written to files. */
    void writing(long entries, OptionalLong expected) {
        if (due()) {
            print(String.format(Locale.ROOT, "%,d impressions written%s", entries, share(entries, expected)));
        }
    }

    @Override
    public void progress(ReplayProgress progress) {
        double seconds = (nanoTime.getAsLong() - printed) / 1e9;
        if (due()) {
            double rate = (progress.sent() - sentThen) / seconds;
            print(String.format(
                    Locale.ROOT,
                    "%,d impressions sent%s, %,.0f/s%s, %,d there already, %,d bad lines, event time %s%s",
                    progress.sent(),
                    share(progress.done(), progress.expected()),
                    rate,
                    timeLeft(progress, rate),
                    progress.alreadyThere(),
                    progress.bad(),
                    Instant.ofEpochMilli(progress.eventTimeMs()),
                    progress.lag().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    ", consumers %,d behind",
                                    progress.lag().getAsLong())
                            : ""));
            sentThen = progress.sent();
        }
    }

    private static String share(long done, OptionalLong expected) {
        return expected.isPresent() && expected.getAsLong() > 0
                ? String.format(Locale.ROOT, " (%.0f %%)", 100.0 * done / expected.getAsLong())
                : "";
    }

    private static String timeLeft(ReplayProgress progress, double rate) {
        if (progress.expected().isEmpty() || !(rate > 0)) {
            return "";
        }
        long seconds = (long) ((progress.expected().getAsLong() - progress.done()) / rate);
        return String.format(Locale.ROOT, ", %d:%02d min left", seconds / 60, seconds % 60);
    }

    @Override
    public void finished(ReplaySummary summary) {
        print(summary.toString());
    }

    private boolean due() {
        return nanoTime.getAsLong() - printed >= intervalNanos;
    }

    private void print(String line) {
        printed = nanoTime.getAsLong();
        out.println(line);
        out.flush();
    }
}
