package io.caiman.replay.dataset;

/** A line of a file cannot be used, with the reason in words. Carries no stack trace: there may be millions. */
final class MalformedLineException extends Exception {

    private static final long serialVersionUID = 1;

    private static final int SHOWN_CHARACTERS = 40;

    private final String reason;

    MalformedLineException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    static MalformedLineException inColumn(String column, String expected, String found) {
        String shown = found.length() <= SHOWN_CHARACTERS ? found : found.substring(0, SHOWN_CHARACTERS) + "...";
        return new MalformedLineException("column %s: expected %s, found '%s'".formatted(column, expected, shown));
    }
}
