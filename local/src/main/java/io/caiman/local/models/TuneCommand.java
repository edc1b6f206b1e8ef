package io.caiman.local.models;

import io.caiman.jobs.options.DeviceOption;
import io.caiman.local.compare.Candidate;
import io.caiman.local.compare.ComparisonException;
import io.caiman.local.compare.FirstPart;
import io.caiman.local.compare.ThreadsOption;
import io.caiman.local.figures.OutputFiles;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecException;
import io.caiman.model.spec.SpecReader;
import io.caiman.replay.DatasetMixin;
import io.caiman.replay.dataset.DatasetException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * {@code tune}: a random search with the same budget for every model. Exit codes: 0 done, 1 failed on the way or no trial of some
 * model gave finite scores, 2 wrong options or input.
 */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Looks for good settings of several models on the first part of a log: the same number of random trials for each,"
                    + " over the same ranges of what they have in common. Writes the best spec of each and all trials.",
            "",
            "Specs of several tasks are tuned by the mean over the tasks, every model by the same rule.",
            "",
            "A trial is a run with seed 1 that scores every impression and then learns from it. The rest of the log is not"
                    + " read, so it is left for 'compare' to measure on.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  All networks on the first fifth of MovieLens, then measured on the rest:",
            "    caiman tune --dataset movielens --data ml-latest-small \\",
            "        --networks all --base conf/movielens-networks.yaml --trials 6 --out tuned",
            "    caiman compare --dataset movielens --data ml-latest-small \\",
            "        --specs tuned/single-domain.yaml,tuned/mmoe.yaml --from-fraction 0.2",
            "  Two specs of one's own, over ranges of one's own:",
            "    caiman tune --specs a.yaml,b.yaml --space space.yaml --out tuned",
            "",
            "A model's trials are held in memory at once: CAIMAN_JAVA_OPTS=-Xmx16g gives them more."
        })
public final class TuneCommand implements Callable<Integer> {

    private static final String ALL = "all";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--specs",
            paramLabel = "FILE",
            split = ",",
            description = "The models, in YAML, separated by commas; or:")
    private List<Path> specs = new ArrayList<>();

    @Option(
            names = "--networks",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Networks by name, separated by commas, or 'all'; 'caiman models' lists them. Each takes the rest of"
                            + " its spec from --base.")
    private List<String> networks = new ArrayList<>();

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description = "With --networks: the spec that they share. Keys that a network does not read are left out.")
    private Optional<Path> base = Optional.empty();

    @Option(
            names = "--trials",
            paramLabel = "N",
            defaultValue = "8",
            description = "Trials of each model. Default: ${DEFAULT-VALUE}.")
    private int trials = 8;

    @Option(
            names = "--search-seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of what is tried. Default: ${DEFAULT-VALUE}.")
    private long searchSeed = 1;

    @Option(
            names = "--tune-fraction",
            paramLabel = "X",
            defaultValue = "0.2",
            description = "The share of the log's impressions to read, the first in order of event time."
                    + " Default: ${DEFAULT-VALUE}.")
    private double tuneFraction = 0.2;

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = "auc",
            description =
                    "auc or gauc, over all impressions of all domains; of several tasks the mean over those for which it"
                            + " is defined. Default: ${DEFAULT-VALUE}.")
    private Objective objective = Objective.AUC;

    @Option(
            names = "--space",
            paramLabel = "FILE",
            description = "Ranges in place of those of search-space.yaml, which says how they look.")
    private Optional<Path> space = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description =
                    "Where to write NAME.yaml for each model, trials.json and trials.md; made if it is not there.")
    private Path out = Path.of("");

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Mixin
    private DatasetMixin log = new DatasetMixin();

    @Override
    public Integer call() throws IOException {
        PrintWriter terminal = command.commandLine().getOut();
        try {
            List<SpecKeys> models = models();
            SearchSpace ranges = space.map(SearchSpace::read).orElseGet(SearchSpace::standard);
            Tuning tuning = new Tuning(models, ranges, trials, searchSeed, objective);
            FirstPart part = new FirstPart(
                    log.dataset(),
                    log.optionsFor(models.get(0).spec("the first model").onlyDomains()),
                    tuneFraction,
                    threads.threads(),
                    device.device());
            // A log that is not there is found before anything is written.
            part.dataset().open(part.log()).close();
            checkOut();
            TuneReport report;
            try (TuneProgress progress = new TuneProgress(terminal, models.size(), System::nanoTime)) {
                report = tuning.run(part, progress);
            }
            return write(tuning, report, terminal);
        } catch (SpecException | DatasetException | ComparisonException | IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private List<SpecKeys> models() {
        if (specs.isEmpty() == networks.isEmpty()) {
            throw new IllegalArgumentException(
                    "--specs is %s and --networks is %s; expected one of them: name the models by the one or the other"
                            .formatted(specs, networks));
        }
        if (networks.isEmpty()) {
            base.ifPresent(file -> {
                throw new IllegalArgumentException(
                        "--base is %s, but --specs are whole: leave it out, or name --networks".formatted(file));
            });
            Candidate.checkComparable(specs.stream().map(Candidate::read).toList());
            return specs.stream().map(SpecKeys::read).toList();
        }
        SpecKeys shared = SpecKeys.read(base.orElseThrow(() -> new IllegalArgumentException(
                "--networks is %s without --base; expected the spec that they share, such as --base conf/movielens-networks.yaml"
                        .formatted(String.join(",", networks)))));
        List<NetworkKind> kinds = networks.equals(List.of(ALL))
                ? Arrays.asList(NetworkKind.values())
                : networks.stream()
                        .map(name -> SearchSpace.kind("--networks", name))
                        .distinct()
                        .toList();
        return kinds.stream().map(shared::of).toList();
    }

    private void checkOut() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--out is %s; expected a folder that can be made and written to: %s".formatted(out, e), e);
        }
        OutputFiles.checkWritable("--out", out.resolve("trials.json"));
    }

    private int write(Tuning tuning, TuneReport report, PrintWriter terminal) throws IOException {
        List<String> without = new ArrayList<>();
        for (int model = 0; model < report.models().size(); model++) {
            String name = report.models().get(model).name();
            Optional<ModelSpec> best = tuning.best(report, model);
            Path file = out.resolve(name + ".yaml");
            if (best.isPresent()) {
                Files.writeString(file, SpecReader.write(best.get()));
            } else {
                // One of an earlier search would pass for this one's.
                Files.deleteIfExists(file);
                without.add(name);
            }
        }
        report.write(out.resolve("trials.json"));
        Files.writeString(out.resolve("trials.md"), report.markdown());
        report.bestGrid().text().forEach(terminal::println);
        terminal.println("Specs and all trials are in " + out);
        terminal.flush();
        if (!without.isEmpty()) {
            command.commandLine()
                    .getErr()
                    .println(
                            "no spec for %s: in no trial is %s defined for any task; give smaller learning rates by --space, or a larger --tune-fraction"
                                    .formatted(String.join(", ", without), objective.cliName()));
        }
        return without.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
