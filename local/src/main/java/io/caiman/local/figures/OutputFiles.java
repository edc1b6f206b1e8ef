package io.caiman.local.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The files a command writes at its end. */
public final class OutputFiles {

    private OutputFiles() {}

    /**
     * Finds at the start of a long run that a file to be written at its end cannot be. Makes it if it is not there; what it
     * holds of an earlier run stays until there is something to put in its place.
     *
     * @throws IllegalArgumentException naming the option, if the file cannot be written
     */
    public static void checkWritable(String option, Path file) {
        try {
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s is %s; expected a file that can be written: %s".formatted(option, file, e), e);
        }
    }
}
