package io.caiman.local.models;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** Runs a command as the launcher does. */
final class Commands {

    private Commands() {}

    record Result(int exitCode, String output, String error) {}

    static Result execute(Object command, Object... arguments) {
        StringWriter output = new StringWriter();
        StringWriter error = new StringWriter();
        int exitCode = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(error))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Result(exitCode, output.toString(), error.toString());
    }
}
