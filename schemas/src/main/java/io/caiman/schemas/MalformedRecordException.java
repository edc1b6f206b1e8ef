package io.caiman.schemas;

/** These bytes cannot be read as the record that was expected; the message says why, in words fit for a dead letter. */
public final class MalformedRecordException extends Exception {

    public MalformedRecordException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
