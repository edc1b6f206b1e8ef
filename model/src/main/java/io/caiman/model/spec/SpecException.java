package io.caiman.model.spec;

/** A spec that cannot be used; the message names file, key, value, what was expected and the remedy. */
public final class SpecException extends RuntimeException {

    public SpecException(String message) {
        super(message);
    }

    SpecException(String message, Throwable cause) {
        super(message, cause);
    }
}
