package io.caiman.replay;

import io.caiman.replay.dataset.Provenance;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Tells how a replay goes by a bar on a terminal. */
public final class BarProgress implements ReplayListener, AutoCloseable {

    private final PrintWriter out;
    private Optional<ProgressBar> bar = Optional.empty();

    /** @param out where the last line goes; the bar itself goes to the error stream */
    public BarProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void preparing(long linesRead) {
        opened("sort").stepTo(linesRead);
    }

    @Override
    public void started(Provenance provenance) {
        close();
        out.println("%s (%s): %s".formatted(provenance.dataset(), provenance.id(), provenance.description()));
        out.flush();
    }

    @Override
    public void progress(ReplayProgress progress) {
        ProgressBar shown = opened("replay");
        progress.expected().ifPresent(shown::maxHint);
        shown.stepTo(progress.done());
        shown.setExtraMessage(" " + Instant.ofEpochMilli(progress.eventTimeMs())
                + (progress.lag().isPresent()
                        ? String.format(
                                Locale.ROOT, ", %,d behind", progress.lag().getAsLong())
                        : ""));
    }

    @Override
    public void finished(ReplaySummary summary) {
        close();
        out.println(summary);
        out.flush();
    }

    private ProgressBar opened(String task) {
        if (bar.isEmpty() || !bar.get().getTaskName().equals(task)) {
            close();
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(-1)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .build());
        }
        return bar.get();
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }
}
