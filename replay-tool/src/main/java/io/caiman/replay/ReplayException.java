package io.caiman.replay;

/** A replay cannot start or go on. The message says what stands in the way and the remedy. */
public final class ReplayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ReplayException(String message) {
        super(message);
    }

    public ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
