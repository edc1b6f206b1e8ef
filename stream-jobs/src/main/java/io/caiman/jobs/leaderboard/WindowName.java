package io.caiman.jobs.leaderboard;

import java.time.Duration;

/** A length of time in words, in the largest unit up to the hour that it is a whole number of: 24h, 30min, 10s, 500ms. */
final class WindowName {

    private WindowName() {}

    static String of(long milliseconds) {
        if (milliseconds % Duration.ofHours(1).toMillis() == 0) {
            return milliseconds / Duration.ofHours(1).toMillis() + "h";
        }
        if (milliseconds % Duration.ofMinutes(1).toMillis() == 0) {
            return milliseconds / Duration.ofMinutes(1).toMillis() + "min";
        }
        return milliseconds % 1_000 == 0 ? milliseconds / 1_000 + "s" : milliseconds + "ms";
    }
}
