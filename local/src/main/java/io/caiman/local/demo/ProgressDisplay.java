package io.caiman.local.demo;

import io.caiman.local.figures.FigureText;
import io.caiman.replay.Terminal;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** How far a run is: a bar on a terminal, else a line now and then. */
interface ProgressDisplay extends AutoCloseable {

    /** Shows the state of the run. */
    void show(long sent, Observer observer);

    @Override
    void close();

    /** The display that suits where the output goes. */
    static ProgressDisplay start(PrintWriter terminal, OptionalLong expected) {
        return Terminal.isInteractive() ? new Bar(expected.orElse(-1)) : new Lines(terminal);
    }

    private static String figures(Observer observer) {
        List<ObservedTask> tasks = observer.baseline().tasks();
        return tasks.stream()
                .map(task -> "%sAUC %s, gAUC %s"
                        .formatted(
                                tasks.size() == 1 ? "" : task.name() + " ",
                                FigureText.of(task.overall().auc(), "%.4f"),
                                FigureText.of(task.overall().gauc(), "%.4f")))
                .collect(Collectors.joining("; "));
    }

    /** One line every few seconds. */
    final class Lines implements ProgressDisplay {

        private static final long INTERVAL_NANOS = 5_000_000_000L;

        private final PrintWriter terminal;
        private long last = System.nanoTime();
        private long lastPredictions;

        Lines(PrintWriter terminal) {
            this.terminal = terminal;
        }

        @Override
        public void show(long sent, Observer observer) {
            long now = System.nanoTime();
            if (now - last < INTERVAL_NANOS) {
                return;
            }
            terminal.printf(
                    Locale.ROOT,
                    "%,d impressions sent, %,d predictions (%,.0f/s), %s%n",
                    sent,
                    observer.predictions(),
                    (observer.predictions() - lastPredictions) * 1e9 / (now - last),
                    figures(observer));
            terminal.flush();
            last = now;
            lastPredictions = observer.predictions();
        }

        @Override
        public void close() {}
    }

    /** A bar that fills with predictions. */
    final class Bar implements ProgressDisplay {

        private final ProgressBar bar;

        Bar(long expected) {
            bar = new ProgressBarBuilder()
                    .setTaskName("predictions")
                    .setInitialMax(expected)
                    .showSpeed()
                    .build();
        }

        @Override
        public void show(long sent, Observer observer) {
            bar.stepTo(observer.predictions());
            bar.setExtraMessage(figures(observer));
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
