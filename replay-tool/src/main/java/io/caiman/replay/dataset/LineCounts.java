package io.caiman.replay.dataset;

/**
 * What became of the lines of a log so far. At its end {@code read = impressions + bad + filtered}.
 *
 * @param read lines read, headers not included
 * @param impressions lines given as impressions
 * @param bad lines given as bad lines
 * @param filtered lines left out because of the domain filter, the stretch of event time or the limit
 * @param withoutFeatures impressions whose user or item the side tables do not know; their slots are absent
 */
public record LineCounts(long read, long impressions, long bad, long filtered, long withoutFeatures) {

    public LineCounts {
        if (read < 0 || impressions < 0 || bad < 0 || filtered < 0 || withoutFeatures < 0) {
            throw new IllegalArgumentException("a negative count: read %d, impressions %d, bad %d, filtered %d, %d"
                    .formatted(read, impressions, bad, filtered, withoutFeatures));
        }
    }
}
