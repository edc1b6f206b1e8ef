package io.caiman.local.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files a command writes at its end. */
public final class OutputFiles {

    private OutputFiles() {}

    /**
     * Makes or empties a file that will be written at the end of a long run, so that one that cannot be written is found at
     * its start.
     *
     * @throws IllegalArgumentException naming the option, if the file cannot be written
     */
    public static void checkWritable(String option, Path file) {
        try {
            Files.writeString(file, "");
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s is %s; expected a file that can be written: %s".formatted(option, file, e), e);
        }
    }
}
