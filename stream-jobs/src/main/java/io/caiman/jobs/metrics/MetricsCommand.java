package io.caiman.jobs.metrics;

import io.caiman.jobs.alerts.AlertRule;
import io.caiman.jobs.alerts.AlertRulesReader;
import io.caiman.jobs.alerts.AlertsTopology;
import io.caiman.jobs.leaderboard.LeaderboardTopology;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.jobs.options.WindowName;
import io.caiman.schemas.KafkaRight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the metrics job: on the cluster it is submitted to, or else in this process. */
@Command(
        name = "metrics",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads predictions and publishes, for each model and task, per domain and over all domains: AUC, gAUC, log"
                    + " loss, calibration and counts: rolling (over windows of event time, at the end of every pane), over the"
                    + " last so many impressions, and cumulative (over everything so far).",
            "",
            "Reads the topic predictions; writes the topics domain-metrics (keyed, fit for compaction) and dead-letters."
        },
        footer = {
            "",
            "Example: rolling figures every minute over the last half hour and the last day, with checkpoints",
            "  caiman metrics --bootstrap-servers kafka:9092 --pane 1min --window 30min,24h \\",
            "      --checkpoint-dir file:///var/lib/caiman/metrics",
            "",
            "A prediction that comes after a window it belongs to was published for good counts in the cumulative figures"
                    + " and in the windows still to come; the metrics late and partlyLate count such predictions.",
            "Lengths of time are a number and a unit: 500ms, 30s, 5min, 1h."
        })
public final class MetricsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private JobCommandOptions job = new JobCommandOptions();

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            description = "Also compares every other model with this one, into the topic model-comparisons.")
    private Optional<String> baseline = Optional.empty();

    @Option(
            names = "--pane",
            paramLabel = "TIME",
            description = "Event time between two rolling figures (default: 5min).")
    private Optional<String> pane = Optional.empty();

    @Option(
            names = "--window",
            paramLabel = "TIME,...",
            description = "Event time that rolling figures are over, each a whole number of panes (default: 1h).")
    private Optional<String> window = Optional.empty();

    @Option(
            names = "--last",
            paramLabel = "N,...",
            description = "Publish figures over the last N impressions too, at the end of a pane (default: no such).")
    private Optional<String> last = Optional.empty();

    @Option(
            names = "--allowed-lateness",
            paramLabel = "TIME",
            description =
                    "Event time after its end in which late predictions still correct a rolling figure, which is then"
                            + " published again; whole panes, rounded up (default: 10min).")
    private Optional<String> lateness = Optional.empty();

    @Option(
            names = "--cumulative-history",
            paramLabel = "TIME",
            description =
                    "Event time that cumulative gAUC is over, which bounds the state: at least window, lateness and"
                            + " pane together (default: everything so far, for which every score stays in memory).")
    private Optional<String> history = Optional.empty();

    @Option(
            names = "--idle",
            paramLabel = "TIME",
            description =
                    "A partition or a model without predictions for that long does not hold back the windows (default:"
                            + " 30s).")
    private Optional<String> idle = Optional.empty();

    @Option(
            names = "--models",
            paramLabel = "NAME,...",
            description =
                    "Models to wait for: while one of them is behind, or has not begun, it holds back the windows for"
                            + " --model-wait (default: none by name; a model that is behind is waited for as long as --idle says).")
    private Optional<String> models = Optional.empty();

    @Option(
            names = "--model-wait",
            paramLabel = "TIME",
            description =
                    "A model of --models without predictions for that long does not hold back the windows (default:"
                            + " 10min).")
    private Optional<String> modelWait = Optional.empty();

    @Option(
            names = "--alerts",
            paramLabel = "FILE",
            description = "Rules, in YAML, of what to tell of on the topic alerts; conf/alerts.yaml has all kinds"
                    + " (default: no alerts).")
    private Optional<String> alerts = Optional.empty();

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Tasks of each operator (default: what the cluster has set, in this process one per core).")
    private Optional<Integer> parallelism = Optional.empty();

    @Override
    public Integer call() throws Exception {
        Configuration restoring;
        Optional<LeaderboardOptions> leaderboard;
        KafkaOptions kafka;
        MetricsOptions options;
        List<AlertRule> rules;
        try {
            Configuration configuration = configuration();
            leaderboard = LeaderboardOptions.from(configuration);
            kafka = KafkaOptions.from(configuration);
            options = MetricsOptions.from(configuration);
            rules = configuration
                    .getOptional(MetricsOptions.ALERTS)
                    .map(file -> AlertRulesReader.read(Path.of(file)))
                    .orElse(List.of());
            AlertRulesReader.checkWindows(
                    rules,
                    options.windows().stream()
                            .map(window -> WindowName.of(window.toMillis()))
                            .toList(),
                    options.pane());
            restoring = job.restoring(configuration);
            List<KafkaRight> rights = new ArrayList<>(MetricsJob.rights(kafka.topics()));
            leaderboard.ifPresent(compared -> rights.addAll(LeaderboardTopology.rights(kafka.topics(), compared)));
            if (!rules.isEmpty()) {
                rights.addAll(AlertsTopology.rights(kafka.topics(), rules));
            }
            kafka.connection().check(rights);
        } catch (IllegalArgumentException e) {
            spec.commandLine().getErr().println("metrics: " + e.getMessage());
            return ExitCode.USAGE;
        }
        StreamExecutionEnvironment env = JobCommandOptions.environment(restoring);
        MetricsJob.define(env, kafka, options);
        leaderboard.ifPresent(compared -> LeaderboardTopology.build(env, kafka, compared));
        if (!rules.isEmpty()) {
            AlertsTopology.addTo(env, kafka, rules);
        }
        env.execute(MetricsJob.NAME);
        return ExitCode.OK;
    }

    /** The settings with the named options over them. */
    Configuration configuration() {
        Configuration configuration = job.configuration();
        JobCommandOptions.set(configuration, LeaderboardOptions.BASELINE, baseline);
        JobCommandOptions.set(configuration, MetricsOptions.PANE, pane);
        JobCommandOptions.set(configuration, MetricsOptions.WINDOW, window);
        JobCommandOptions.set(configuration, MetricsOptions.LAST, last);
        JobCommandOptions.set(configuration, MetricsOptions.LATENESS, lateness);
        JobCommandOptions.set(configuration, MetricsOptions.HISTORY, history);
        JobCommandOptions.set(configuration, MetricsOptions.ALERTS, alerts);
        JobCommandOptions.set(configuration, WatermarkOptions.IDLENESS, idle);
        JobCommandOptions.set(configuration, WatermarkOptions.MODELS, models);
        JobCommandOptions.set(configuration, WatermarkOptions.MODEL_WAIT, modelWait);
        JobCommandOptions.set(configuration, CoreOptions.DEFAULT_PARALLELISM, parallelism);
        return configuration;
    }
}
