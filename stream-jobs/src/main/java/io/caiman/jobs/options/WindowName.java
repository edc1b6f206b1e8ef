package io.caiman.jobs.options;

import java.time.Duration;

/** A length of time in words, as of the windows of domain metrics: 1h, 24h, 30m, 360d. */
public final class WindowName {

    private static final long TWO_DAYS = Duration.ofDays(2).toMillis();

    private WindowName() {}

    /** A number of milliseconds in words. */
    public static String of(long milliseconds) {
        Duration length = Duration.ofMillis(milliseconds);
        if (milliseconds > TWO_DAYS && milliseconds % Duration.ofDays(1).toMillis() == 0) {
            return length.toDays() + "d";
        }
        if (milliseconds % Duration.ofHours(1).toMillis() == 0) {
            return length.toHours() + "h";
        }
        if (milliseconds % Duration.ofMinutes(1).toMillis() == 0) {
            return length.toMinutes() + "m";
        }
        return milliseconds % 1_000 == 0 ? length.toSeconds() + "s" : milliseconds + "ms";
    }
}
