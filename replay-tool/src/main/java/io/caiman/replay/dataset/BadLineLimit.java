package io.caiman.replay.dataset;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many of a log's lines may be bad before none of its impressions is used.
 *
 * @param percent of the lines read, from 0 to 100; 100: any number
 */
public record BadLineLimit(double percent) {

    /** As many as there are. */
    public static final BadLineLimit NONE = new BadLineLimit(100);

    private static final Pattern PERCENT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*%");

    public BadLineLimit {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("expected 0%% to 100%%, got %s%%".formatted(percent));
        }
    }

    /** Reads a percentage. */
    public static BadLineLimit parse(String text) {
        Matcher percent = PERCENT.matcher(text.strip());
        if (!percent.matches()) {
            throw new IllegalArgumentException("expected a percentage such as 0.1%%, got '%s'".formatted(text));
        }
        return new BadLineLimit(Double.parseDouble(percent.group(1)));
    }

    /** Whether more of these lines are bad than may be. */
    public boolean isPassedBy(LineCounts counts) {
        return 100.0 * counts.bad() > percent * counts.read();
    }

    @Override
    public String toString() {
        return percent + "%";
    }
}
