package io.caiman.replay.dataset;

import java.io.Closeable;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * A log, entry by entry: first the lines that cannot be used, in file order, then the impressions in order of event time,
 * ties in the order of the log. The same options over the same files give the same entries in the same order, byte for byte.
 *
 * <p>For one thread. Reading may throw {@link DatasetException}. Records given out share parts with each other and must
 * not be changed.
 */
public interface ImpressionSource extends Iterator<LogEntry>, Closeable {

    /** What the log was made from. */
    Provenance provenance();

    /** Whether labels come later than impressions, as {@link LogEntry.Reaction}s. */
    default boolean delaysLabels() {
        return false;
    }

    /**
     * Does what must come before the first entry, such as sorting; the first {@link #hasNext()} does it where this was not
     * called. Stops with a {@link DatasetException} when the thread is interrupted.
     *
     * @param linesRead told now and then how many lines were read so far
     */
    default void prepare(LongConsumer linesRead) {}

    /** How many entries there are in all, once {@link #prepare} is done; absent where that is not known. */
    OptionalLong expectedEntries();

    /** What became of the lines so far. */
    LineCounts counts();

    @Override
    void close();
}
