package io.caiman.local.demo;

import io.caiman.dashboard.Dashboard;
import io.caiman.dashboard.DashboardOptions;
import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainingMetrics;
import io.caiman.jobs.training.TrainingTopology;
import io.caiman.local.broker.LocalBroker;
import io.caiman.local.demo.Report.TaskFigures;
import io.caiman.model.spec.ModelSpec;
import io.caiman.replay.EventTimeTopics;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.admin.Admin;

/**
 * One run: a log is replayed through a broker, learned from and measured, all in this JVM, until every impression has
 * its prediction and the figures cover them all. Killed at any moment and started again on the same directory, it goes
 * on where its last checkpoint was, and its outcome is that of a run that was never killed.
 */
final class Demo {

    private static final Topics TOPICS = Topics.withPrefix("");
    private static final long LOOK_MILLIS = 250;

    private final DemoOptions options;
    private final ImpressionSource log;
    private final RunDirectory directory;
    private final PrintWriter terminal;

    /**
     * @param log the opened log of the options, which stays the caller's to close
     */
    Demo(DemoOptions options, ImpressionSource log, RunDirectory directory, PrintWriter terminal) {
        this.options = options;
        this.log = log;
        this.directory = directory;
        this.terminal = terminal;
    }

    /** Runs to the end, and writes what was asked for. */
    void run() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.broker())) {
            createTopics(broker);
            try (LocalFlink flink = LocalFlink.start(
                            directory.flink(),
                            options.flinkPort(),
                            options.specs().size() + 1);
                    Dashboard dashboard = Dashboard.start(
                            DashboardOptions.local(options.dashboardPort(), broker.bootstrapServers(), TOPICS));
                    Observer observer = new Observer(
                            broker.bootstrapServers(),
                            TOPICS,
                            options.specs().stream().map(ModelSpec::name).toList())) {
                say("dashboard  " + dashboard.address());
                say("flink      " + flink.address());
                say("kafka      " + broker.bootstrapServers());
                say("directory  " + directory.path());
                say("");
                run(broker, flink, observer);
                if (!options.exitWhenDone()) {
                    say("");
                    say("done; the dashboard stays up until you press Ctrl-C");
                    new CountDownLatch(1).await();
                }
            }
        }
    }

    private void run(LocalBroker broker, LocalFlink flink, Observer observer) throws Exception {
        KafkaOptions kafka = new KafkaOptions(
                KafkaConnection.to(broker.bootstrapServers()), TOPICS, KafkaOptions.TRANSACTION_TIMEOUT.defaultValue());
        observer.look();
        long before = observer.impressions();
        if (before > 0) {
            say("going on after %,d predictions".formatted(observer.predictions()));
        }
        long start = System.nanoTime();
        DemoJobs jobs = new DemoJobs(options, kafka, directory, this::say);
        List<JobID> training = new ArrayList<>();
        for (ModelSpec model : options.specs()) {
            training.add(flink.submit(jobs.nameOfTraining(model), jobs.training(model)));
        }
        JobID metrics = flink.submit(DemoJobs.METRICS, jobs.metrics());
        try (BackgroundReplay replay = BackgroundReplay.start(log, broker.bootstrapServers(), TOPICS, options.rate());
                ProgressDisplay progress = ProgressDisplay.start(terminal, expectedPredictions())) {
            OptionalLong finished = OptionalLong.empty();
            while (finished.isEmpty() || !observer.figuresComplete() || !compared(observer)) {
                Thread.sleep(LOOK_MILLIS);
                observer.look();
                replay.check();
                for (JobID job : training) {
                    flink.check(job);
                }
                flink.check(metrics);
                progress.show(replay.impressions(), observer);
                if (finished.isEmpty() && replay.isDone() && observer.accountedFor(replay.impressions())) {
                    finished = OptionalLong.of(System.nanoTime());
                }
            }
            double seconds = (finished.getAsLong() - start) / 1e9;
            OptionalLong stepNanos = training.stream()
                    .map(job -> flink.counter(job, TrainingTopology.TRAINER, TrainingMetrics.STEP_NANOS))
                    .flatMapToLong(OptionalLong::stream)
                    .max();
            progress.close();
            report(replay.impressions(), before, seconds, stepNanos, observer, broker);
        }
    }

    /** Whether the leaderboard, if there is one, covers all there is. */
    private boolean compared(Observer observer) {
        return options.leaderboard().stream().allMatch(observer::comparisonsComplete);
    }

    private OptionalLong expectedPredictions() {
        OptionalLong entries = log.expectedEntries();
        return entries.isPresent()
                ? OptionalLong.of(entries.getAsLong()
                        * options.specs().size()
                        * options.baseline().tasks().size())
                : entries;
    }

    /** A single partition each, which keeps the log's order for the single trainer. */
    private static void createTopics(LocalBroker broker) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            EventTimeTopics.createMissing(admin, TOPICS.all(), OptionalInt.of(1));
        }
    }

    private void report(
            long impressions,
            long before,
            double seconds,
            OptionalLong stepNanos,
            Observer observer,
            LocalBroker broker)
            throws IOException {
        Outcome outcome = Outcome.read(broker.bootstrapServers(), TOPICS, options);
        List<TaskFigures> tasks = options.baseline().tasks().stream()
                .map(task -> figures(task, observer))
                .toList();
        Report report = new Report(
                options.dataset().cliName(),
                options.baseline().name(),
                impressions,
                observer.predictions(),
                observer.deadLetters(),
                seconds,
                (observer.impressions() - before) / seconds / options.specs().size(),
                stepNanos.isPresent()
                        ? OptionalDouble.of(stepNanos.getAsLong() / 1e9 / seconds)
                        : OptionalDouble.empty(),
                tasks.get(0).overall(),
                tasks.get(0).domains(),
                observer.baseline().health(),
                tasks.get(0).models(),
                tasks.size() == 1 ? Optional.empty() : Optional.of(tasks),
                outcome.oracle(),
                outcome.lastQuarter());
        say(ReportTable.of(report));
        if (options.report().isPresent()) {
            report.write(options.report().get());
        }
    }

    private TaskFigures figures(String task, Observer observer) {
        ObservedTask ofBaseline = observer.baseline().task(task);
        return new TaskFigures(
                task,
                ofBaseline.overall(),
                ofBaseline.domains(),
                options.leaderboard()
                        .map(leaderboard -> observer.models().stream()
                                .map(model -> model.figures(task, observer.baseline()))
                                .toList()));
    }

    private void say(String line) {
        terminal.println(line);
        terminal.flush();
    }
}
