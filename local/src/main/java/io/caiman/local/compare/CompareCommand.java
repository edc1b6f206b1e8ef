package io.caiman.local.compare;

import io.caiman.jobs.options.DeviceOption;
import io.caiman.local.figures.OutputFiles;
import io.caiman.model.spec.SpecException;
import io.caiman.replay.DatasetMixin;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code compare}: the paper's tables. Exit codes: 0 done, 1 failed on the way, 2 wrong options or input. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains several models on one log, in this process and without Kafka, and prints the paper's table: AUC and gAUC by"
                    + " domain and overall, lift over the first model, mean rank, p-values.",
            "",
            "Protocols: 'progressive' scores every impression and then learns from it, so each score is that of a model that"
                    + " has not seen it: the same scores as 'demo' gives. 'holdout', the paper's, trains on the first part of"
                    + " the log and scores the rest with frozen weights; it also gives the Diversity Index of the experts.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  Two models on the made-up log, domains in strong conflict, three seeds each:",
            "    caiman compare --conflict 1 --specs mmoe.yaml,crocodile.yaml --seeds 3",
            "  The paper's ablation on its protocol, with all figures as Markdown and JSON:",
            "    caiman compare --dataset kuairand --data KuaiRand-1K --protocol holdout \\",
            "        --conflict-on tag --specs se.yaml,me.yaml,me-peg.yaml --seeds 6 \\",
            "        --markdown table5.md --json table5.json",
            "  Specs tuned on the first fifth of MovieLens, measured on what comes after:",
            "    caiman compare --dataset movielens --data ml-latest-small \\",
            "        --specs tuned/mmoe.yaml,tuned/crocodile.yaml --from-fraction 0.2",
            "  Trained on MovieLens before 2010, scored on what came after:",
            "    caiman compare --dataset movielens --data ml-latest-small \\",
            "        --specs a.yaml,b.yaml --protocol holdout \\",
            "        --train-until 2010-01-01T00:00:00Z",
            "",
            "Each spec needs a 'name' of its own, and all need the same 'task' (or 'tasks') and 'domains'; conf/ holds specs to start from.",
            "All runs keep their rows on the heap: CAIMAN_JAVA_OPTS=-Xmx16g gives them more."
        })
public final class CompareCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--specs",
            paramLabel = "FILE",
            split = ",",
            required = true,
            description = "The models, in YAML, separated by commas. The others are tested against the first.")
    private List<Path> specs = new ArrayList<>();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of each model, with seeds 1 to N in place of the spec's; the log stays the same."
                    + " Default: ${DEFAULT-VALUE}; the paper has 6.")
    private int seeds = 1;

    private enum ProtocolName {
        PROGRESSIVE,
        HOLDOUT
    }

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "progressive",
            description = "progressive or holdout, see above. Default: ${DEFAULT-VALUE}.")
    private ProtocolName protocol = ProtocolName.PROGRESSIVE;

    @Option(
            names = "--from-fraction",
            paramLabel = "X",
            description =
                    "With progressive: of this share of the log's impressions, the first in order of event time, the scores"
                            + " do not count. They are learned from all the same. Of specs that 'tune' found: its"
                            + " --tune-fraction. Default: 0.")
    private Optional<Double> fromFraction = Optional.empty();

    @Option(
            names = "--train-fraction",
            paramLabel = "X",
            description =
                    "With holdout: the share of the log's impressions to train on, the first in order of event time."
                            + " Default: 0.8.")
    private Optional<Double> trainFraction = Optional.empty();

    @Option(
            names = "--train-until",
            paramLabel = "TIME",
            description = "With holdout, instead of a share: train on what was shown before this moment, such as"
                    + " 2022-05-01T00:00:00Z, or in milliseconds since the epoch.")
    private Optional<String> trainUntil = Optional.empty();

    @Option(
            names = "--conflict-on",
            paramLabel = "NAME",
            description =
                    "With holdout: what a user likes in one domain and not in the other in a conflict sample of the"
                            + " Diversity Index: item, or a slot such as tag, of which the first id counts. Default: item.")
    private Optional<String> conflictOn = Optional.empty();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Option(names = "--markdown", paramLabel = "FILE", description = "Writes the tables as Markdown, with all domains.")
    private Optional<Path> markdown = Optional.empty();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes everything: every figure of every seed, intervals, pairs of domains, the specs.")
    private Optional<Path> json = Optional.empty();

    @Mixin
    private DatasetMixin log = new DatasetMixin();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command.commandLine().getOut();
        try {
            CompareOptions options = options();
            try (ImpressionSource opened = options.dataset().open(options.log())) {
                markdown.ifPresent(file -> OutputFiles.checkWritable("--markdown", file));
                json.ifPresent(file -> OutputFiles.checkWritable("--json", file));
                ComparisonReport report = compare(options, opened, out);
                out.println(ComparisonTable.text(report));
                out.flush();
                if (markdown.isPresent()) {
                    Files.writeString(markdown.get(), ComparisonTable.markdown(report));
                }
                if (json.isPresent()) {
                    report.write(json.get());
                }
            }
        } catch (SpecException | DatasetException | ComparisonException | IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
        return CommandLine.ExitCode.OK;
    }

    private static ComparisonReport compare(CompareOptions options, ImpressionSource log, PrintWriter out) {
        long start = System.nanoTime();
        Comparison.Outcome outcome;
        try (CompareProgress progress = CompareProgress.on(out)) {
            outcome = new Comparison(options, progress).run(log);
        }
        return Leaderboard.report(options, outcome, (System.nanoTime() - start) / 1e9);
    }

    private CompareOptions options() {
        List<Candidate> candidates = specs.stream().map(Candidate::read).toList();
        Candidate.checkComparable(candidates);
        return new CompareOptions(
                log.dataset(),
                log.optionsFor(candidates.get(0).spec().onlyDomains()),
                candidates,
                seeds,
                protocol(),
                conflictOn.orElse(CompareOptions.ITEM),
                threads.threads(),
                device.device());
    }

    private Protocol protocol() {
        if (protocol == ProtocolName.PROGRESSIVE) {
            refuseWithProgressive("--train-fraction", trainFraction);
            refuseWithProgressive("--train-until", trainUntil);
            refuseWithProgressive("--conflict-on", conflictOn);
            return new Protocol.Progressive(fromFraction.orElse(0.0));
        }
        fromFraction.ifPresent(given -> {
            throw new IllegalArgumentException(
                    "--from-fraction is %s, but with --protocol holdout it is --train-fraction that says where scores begin to count: say that instead"
                            .formatted(given));
        });
        if (trainFraction.isPresent() && trainUntil.isPresent()) {
            throw new IllegalArgumentException(
                    "--train-fraction is %s and --train-until is %s; expected one of them: leave the other out"
                            .formatted(trainFraction.get(), trainUntil.get()));
        }
        return trainUntil.isPresent()
                ? new Protocol.TrainUntil(moment(trainUntil.get()))
                : new Protocol.TrainFraction(trainFraction.orElse(Protocol.TrainFraction.DEFAULT));
    }

    private static void refuseWithProgressive(String option, Optional<?> value) {
        value.ifPresent(given -> {
            throw new IllegalArgumentException(
                    "%s is %s, but nothing is held out with --protocol progressive: leave it out, or add --protocol holdout"
                            .formatted(option, given));
        });
    }

    private static Instant moment(String text) {
        try {
            return text.matches("-?\\d{1,18}") ? Instant.ofEpochMilli(Long.parseLong(text)) : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "--train-until is '%s'; expected a moment such as 2022-05-01T00:00:00Z, or milliseconds since the epoch"
                            .formatted(text),
                    e);
        }
    }
}
