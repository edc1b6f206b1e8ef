package io.caiman.local.demo;

import io.caiman.replay.Pace;
import io.caiman.replay.Replay;
import io.caiman.replay.ReplayListener;
import io.caiman.replay.ReplayOptions;
import io.caiman.replay.ReplayProgress;
import io.caiman.replay.ReplaySummary;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.schemas.Topics;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** A replay on a thread of its own. */
final class BackgroundReplay implements ReplayListener, AutoCloseable {

    private final Thread thread;
    private volatile long impressions;
    private volatile boolean done;
    private volatile @Nullable Throwable failure;

    private BackgroundReplay(ImpressionSource log, ReplayOptions options) {
        this.thread = new Thread(() -> run(log, options), "replay");
    }

    static BackgroundReplay start(ImpressionSource log, String bootstrapServers, Topics topics, Pace pace) {
        BackgroundReplay replay = new BackgroundReplay(
                log, ReplayOptions.to(bootstrapServers, topics).withPace(pace));
        replay.thread.start();
        return replay;
    }

    private void run(ImpressionSource log, ReplayOptions options) {
        try {
            Replay.run(log, options, this);
        } catch (InterruptedException e) {
            // closed before its end
        } catch (Throwable e) { // also that memory is out: whoever waits for the end would wait for ever
            failure = e;
        }
    }

    @Override
    public void progress(ReplayProgress progress) {
        impressions = progress.sent() + progress.alreadyThere();
    }

    @Override
    public void finished(ReplaySummary summary) {
        impressions = summary.sent() + summary.alreadyThere();
        done = true;
    }

    /** Impressions in the topic. */
    long impressions() {
        return impressions;
    }

    /** Whether all are sent and acknowledged. */
    boolean isDone() {
        return done;
    }

    /** Fails if the replay did. */
    void check() throws Exception {
        Throwable happened = failure;
        if (happened != null) {
            ExceptionUtils.rethrowException(happened);
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
