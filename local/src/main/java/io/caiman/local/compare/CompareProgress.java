package io.caiman.local.compare;

import io.caiman.replay.Terminal;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalLong;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** How far a comparison is: a bar on a terminal, else a line now and then. */
public interface CompareProgress extends AutoCloseable {

    /** Shows nothing. */
    CompareProgress SILENT = new CompareProgress() {
        @Override
        public void sorting(long linesRead) {}

        @Override
        public void learning(long done, OptionalLong expected) {}

        @Override
        public void close() {}
    };

    /** The log is being sorted. */
    void sorting(long linesRead);

    /** So many impressions have gone through all runs. */
    void learning(long done, OptionalLong expected);

    @Override
    void close();

    /** The display that suits where the output goes. */
    static CompareProgress on(PrintWriter terminal) {
        return Terminal.isInteractive() ? new Bar() : new Lines(terminal);
    }

    /** One line every few seconds. */
    final class Lines implements CompareProgress {

        private static final long INTERVAL_NANOS = 10_000_000_000L;

        private final PrintWriter terminal;
        private long last = System.nanoTime();
        private long lastDone;

        Lines(PrintWriter terminal) {
            this.terminal = terminal;
        }

        @Override
        public void sorting(long linesRead) {
            if (System.nanoTime() - last >= INTERVAL_NANOS) {
                say(String.format(Locale.ROOT, "sorting the log: %,d lines read", linesRead));
            }
        }

        @Override
        public void learning(long done, OptionalLong expected) {
            long waited = System.nanoTime() - last;
            if (waited >= INTERVAL_NANOS) {
                String share = expected.isPresent()
                        ? String.format(Locale.ROOT, " (%.0f %%)", 100.0 * done / expected.getAsLong())
                        : "";
                say(String.format(
                        Locale.ROOT,
                        "%,d impressions through all runs%s, %,.0f/s",
                        done,
                        share,
                        (done - lastDone) * 1e9 / waited));
                lastDone = done;
            }
        }

        private void say(String line) {
            terminal.println(line);
            terminal.flush();
            last = System.nanoTime();
        }

        @Override
        public void close() {}
    }

    /** A bar that fills with lines while the log is sorted, then one that fills with impressions. */
    final class Bar implements CompareProgress {

        private ProgressBar bar = open("sorting the log");
        private boolean learning;

        private static ProgressBar open(String task) {
            return new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(-1)
                    .showSpeed()
                    .build();
        }

        @Override
        public void sorting(long linesRead) {
            bar.stepTo(linesRead);
        }

        @Override
        public void learning(long done, OptionalLong expected) {
            if (!learning) {
                learning = true;
                bar.close();
                bar = open("comparing");
            }
            expected.ifPresent(bar::maxHint);
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
