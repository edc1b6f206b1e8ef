package io.caiman.replay.dataset;

import java.nio.file.Path;

/** A dataset cannot be read as asked. The message names the file, line and column or the option, and the remedy. */
public final class DatasetException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }

    static DatasetException at(Path file, long line, String trouble) {
        return new DatasetException("%s, line %d: %s. Restore the file from its publisher's archive, or mend the line."
                .formatted(file, line, trouble));
    }

    static DatasetException unreadable(Path file, Exception cause) {
        return new DatasetException(
                "%s cannot be read: %s. Check that it is there and that its permissions allow reading."
                        .formatted(file, cause),
                cause);
    }
}
