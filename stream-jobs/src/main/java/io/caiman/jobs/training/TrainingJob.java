package io.caiman.jobs.training;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;

/**
 * One model's job, built and not yet started.
 *
 * @param model its name
 * @param env holds the job and nothing else
 */
record TrainingJob(String model, StreamExecutionEnvironment env) {

    /**
     * Runs jobs beside each other until the last has ended. One that fails does not stop the others: a challenger must not take
     * the champion with it.
     *
     * @param errors is told of a job that fails while others go on
     * @return an exit code
     * @throws Exception if one cannot be started, or the only one fails
     */
    static int runAll(List<TrainingJob> jobs, PrintWriter errors) throws Exception {
        if (jobs.size() == 1) {
            TrainingJob only = jobs.get(0);
            only.env.execute(only.name());
            return CommandLine.ExitCode.OK;
        }
        List<CompletableFuture<Boolean>> running = new ArrayList<>();
        for (TrainingJob job : jobs) {
            running.add(job.env.executeAsync(job.name()).getJobExecutionResult().handle((result, failure) -> {
                if (failure != null) {
                    errors.printf(
                            "train: the job of model '%s' has ended, the others go on: %s%n",
                            job.model, reason(failure));
                    errors.flush();
                }
                return failure == null;
            }));
        }
        boolean allWell = true;
        for (CompletableFuture<Boolean> job : running) {
            allWell &= job.get();
        }
        return allWell ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private String name() {
        return "training " + model;
    }

    private static Throwable reason(Throwable failure) {
        Throwable reason = failure;
        while (reason.getCause() != null
                && (reason instanceof CompletionException || reason instanceof ExecutionException)) {
            reason = reason.getCause();
        }
        return reason;
    }
}
