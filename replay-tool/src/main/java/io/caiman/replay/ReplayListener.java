package io.caiman.replay;

import io.caiman.replay.dataset.Provenance;
import java.time.Duration;

/** Is told how a replay goes, by the thread that replays. */
public interface ReplayListener {

    /** Cares for nothing. */
    ReplayListener SILENT = new ReplayListener() {};

    /** The log is being read and sorted; nothing is sent yet. */
    default void preparing(long linesRead) {}

    /** The log is ready, and sending begins. */
    default void started(Provenance provenance) {}

    /** Told about ten times a second, and once at the end. */
    default void progress(ReplayProgress progress) {}

    /** The next impression is due in so long; told only where that is worth a sleep. */
    default void waiting(Duration time) {}

    /** All is sent and acknowledged. */
    default void finished(ReplaySummary summary) {}
}
