package io.caiman.local.compare;

/** A comparison cannot start or go on. The message says what stands in the way and the remedy. */
public final class ComparisonException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ComparisonException(String message) {
        super(message);
    }

    ComparisonException(String message, Throwable cause) {
        super(message, cause);
    }
}
