package io.caiman.replay;

/**
 * How many impressions to send in a second at most.
 *
 * @param perSecond more than 0; infinite: as many as possible
 */
public record Rate(double perSecond) {

    /** As many as possible. */
    public static final Rate MAX = new Rate(Double.POSITIVE_INFINITY);

    public Rate {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("expected a number above 0, or max, got " + perSecond);
        }
    }

    /** Reads {@code max} or a number. */
    public static Rate parse(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        try {
            return new Rate(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number above 0, or max, got '%s'".formatted(text), e);
        }
    }

    @Override
    public String toString() {
        return perSecond == Double.POSITIVE_INFINITY ? "max" : Double.toString(perSecond);
    }
}
