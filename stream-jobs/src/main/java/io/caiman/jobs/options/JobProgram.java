package io.caiman.jobs.options;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine;

/**
 * A job's command as the program that a Flink cluster runs. What goes wrong is thrown as it is: by the exception, a cluster in
 * application mode tells a job that was cancelled or has failed from a program that is broken.
 */
public final class JobProgram {

    private JobProgram() {}

    /**
     * Parses the arguments and runs the job.
     *
     * @throws IllegalArgumentException if the job was not started because of its arguments, which were complained of already
     * @throws Exception what the job has thrown
     */
    public static void run(Callable<Integer> command, String[] arguments) throws Exception {
        AtomicReference<Exception> thrown = new AtomicReference<>();
        int exitCode = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, commandLine, parsed) -> {
                    thrown.set(exception);
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
        Exception exception = thrown.get();
        if (exception != null) {
            throw exception;
        }
        if (exitCode != CommandLine.ExitCode.OK) {
            throw new IllegalArgumentException("the job was not started or has failed; see the message above");
        }
    }
}
