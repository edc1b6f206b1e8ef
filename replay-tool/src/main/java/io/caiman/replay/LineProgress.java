package io.caiman.replay;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
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
    public void progress(ReplayProgress progress) {
        double seconds = (nanoTime.getAsLong() - printed) / 1e9;
        if (due()) {
            String share = progress.expected().isPresent()
                            && progress.expected().getAsLong() > 0
                    ? String.format(
                            Locale.ROOT,
                            " (%.0f %%)",
                            100.0 * progress.done() / progress.expected().getAsLong())
                    : "";
            print(String.format(
                    Locale.ROOT,
                    "%,d impressions sent%s, %,.0f/s, %,d there already, %,d bad lines, event time %s",
                    progress.sent(),
                    share,
                    (progress.sent() - sentThen) / seconds,
                    progress.alreadyThere(),
                    progress.bad(),
                    Instant.ofEpochMilli(progress.eventTimeMs())));
            sentThen = progress.sent();
        }
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
