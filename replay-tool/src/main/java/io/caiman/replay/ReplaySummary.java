package io.caiman.replay;

import io.caiman.replay.dataset.LineCounts;
import java.util.Locale;

/**
 * What a replay did.
 *
 * @param sent impressions sent by this run
 * @param alreadyThere impressions the topic held from an earlier run
 * @param lines what became of the log's lines
 * @param seconds time from the first entry to the broker's last acknowledgement
 */
public record ReplaySummary(long sent, long alreadyThere, LineCounts lines, double seconds) {

    /** Impressions sent in a second. */
    public double impressionsPerSecond() {
        return seconds > 0 ? sent / seconds : 0;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d impressions sent in %.1f s (%,.0f/s), %,d there already, %,d lines filtered out, %,d bad lines to dead letters%s",
                sent,
                seconds,
                impressionsPerSecond(),
                alreadyThere,
                lines.filtered(),
                lines.bad(),
                lines.withoutFeatures() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT, ", %,d without their user's or item's features", lines.withoutFeatures()));
    }
}
