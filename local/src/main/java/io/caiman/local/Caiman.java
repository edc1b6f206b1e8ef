package io.caiman.local;

import io.caiman.dashboard.DashboardCommand;
import io.caiman.jobs.metrics.MetricsCommand;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.local.compare.CompareCommand;
import io.caiman.local.demo.DemoCommand;
import io.caiman.local.models.ModelsCommand;
import io.caiman.local.models.TuneCommand;
import io.caiman.replay.InspectCommand;
import io.caiman.replay.PrepareCommand;
import io.caiman.replay.ReplayCommand;
import io.caiman.replay.ValidateCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code ./caiman} runs. */
@Command(
        name = "caiman",
        mixinStandardHelpOptions = true,
        version = "caiman 0.1.0",
        description = "Streaming online learning for multi-domain recommendation.",
        subcommands = {
            DemoCommand.class,
            ModelsCommand.class,
            TuneCommand.class,
            CompareCommand.class,
            InspectCommand.class,
            ValidateCommand.class,
            PrepareCommand.class,
            ReplayCommand.class,
            TrainCommand.class,
            MetricsCommand.class,
            DashboardCommand.class
        },
        footer = {
            "",
            "demo runs everything in one process; models lists the networks, tune and compare train several, and inspect and validate"
                    + " read a log, without Kafka; the others each run one part against a Kafka cluster.",
            "caiman COMMAND --help tells more."
        })
public final class Caiman {

    private Caiman() {}

    public static void main(String[] args) {
        CommandLine commandLine = new CommandLine(new Caiman())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Caiman::refuse);
        System.exit(commandLine.execute(args));
    }

    /** What is wrong and where help is, without the pages of help. */
    private static int refuse(CommandLine.ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println(command + ": " + e.getMessage());
        err.println("'" + command + " --help' lists the options");
        return CommandLine.ExitCode.USAGE;
    }
}
