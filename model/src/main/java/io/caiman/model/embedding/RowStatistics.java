package io.caiman.model.embedding;

import java.util.concurrent.TimeUnit;

/**
 * The last {@link #FLOATS} floats of every row of every table: what is known of its id's use.
 *
 * <pre>
 * sightings   how often the model has learned from the row, exact up to 2^24 and standing still there
 * shows       the same, decayed by the day
 * clicks      of the shows those with a positive label, decayed likewise
 * day         of the last sighting, in whole days of event time (UTC) since 1970
 * feature     the place of the row's feature in the spec, or of its pair among the crosses
 * </pre>
 *
 * <p>A row without a sighting was never learned from; stores do not keep it.
 */
public final class RowStatistics {

    /** Floats they take. */
    public static final int FLOATS = 5;

    private static final int SHOWS = 1;
    private static final int CLICKS = 2;
    private static final int DAY = 3;
    private static final int FEATURE = 4;

    private RowStatistics() {}

    /** The whole day of event time. */
    public static int day(long eventTimeMs) {
        return (int) Math.floorDiv(eventTimeMs, TimeUnit.DAYS.toMillis(1));
    }

    /**
     * Counts a sighting.
     *
     * @param at where the statistics start
     * @param decayPerDay what shows and clicks are multiplied by for each day that has passed; a sighting of an earlier
     *     day than the row's last counts as one of that day
     */
    public static void count(float[] rows, int at, int feature, int day, boolean click, float decayPerDay) {
        boolean first = rows[at] == 0;
        if (first || day > rows[at + DAY]) {
            float decay = first ? 0f : decay(decayPerDay, day - (int) rows[at + DAY]);
            rows[at + SHOWS] *= decay;
            rows[at + CLICKS] *= decay;
            rows[at + DAY] = day;
        }
        rows[at]++;
        rows[at + SHOWS]++;
        rows[at + CLICKS] += click ? 1 : 0;
        rows[at + FEATURE] = feature;
    }

    /** Sightings. */
    public static float sightings(float[] rows, int at) {
        return rows[at];
    }

    /** Day of the last sighting. */
    public static int day(float[] rows, int at) {
        return (int) rows[at + DAY];
    }

    /** Place of the feature. */
    public static int feature(float[] rows, int at) {
        return (int) rows[at + FEATURE];
    }

    /** Shows and clicks, each with its weight, decayed to a day. */
    public static double score(
            float[] rows, int at, int today, float showWeight, float clickWeight, float decayPerDay) {
        double weighted = (double) showWeight * rows[at + SHOWS] + (double) clickWeight * rows[at + CLICKS];
        return weighted * decay(decayPerDay, Math.max(0, today - day(rows, at)));
    }

    /** The power by StrictMath, for rows must come out the same on every machine. */
    private static float decay(float perDay, int days) {
        return (float) StrictMath.pow(perDay, days);
    }
}
