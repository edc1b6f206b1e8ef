package io.caiman.jobs.alerts;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.DecodeFunction;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.LogSource;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelHealth;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Alerts beside the metrics job: reads what that and the trainers publish, committed records only, so an alert is about what
 * everybody else sees too, one checkpoint later.
 */
public final class AlertsTopology {

    private static final String NAME = "caiman-alerts";

    private AlertsTopology() {}

    /** Adds the evaluation of rules to an environment, between topics of a Kafka cluster, exactly once. */
    public static void addTo(StreamExecutionEnvironment env, KafkaOptions kafka, List<AlertRule> rules) {
        DataStream<Alert> alerts = build(
                read(env, kafka, kafka.topics().domainMetrics(), DomainMetrics.class),
                read(env, kafka, kafka.topics().modelHealth(), ModelHealth.class),
                read(env, kafka, kafka.topics().deadLetters(), DeadLetter.class),
                rules,
                LagProbe.of(kafka.connection()));
        alerts.sinkTo(RecordSink.of(
                        kafka.connection(),
                        kafka.topics().alerts(),
                        Alert.class,
                        Alerting::key,
                        Alert::getTimeMs,
                        Delivery.exactlyOnce(named(kafka.topics().alerts()), kafka.transactionTimeout())))
                .name(kafka.topics().alerts())
                .uid("alerts-sink");
    }

    /** The consumer group that reads a topic, and the beginning of transactions' ids that write one. */
    private static String named(String topic) {
        return NAME + "." + topic;
    }

    /** What the evaluation of rules has to be allowed. */
    public static List<KafkaRight> rights(Topics topics, List<AlertRule> rules) {
        Stream<KafkaRight> reads = Stream.of(topics.domainMetrics(), topics.modelHealth(), topics.deadLetters())
                .flatMap(topic -> Stream.of(KafkaRight.read(topic), KafkaRight.commitAs(named(topic))));
        Stream<KafkaRight> writes =
                Stream.of(KafkaRight.write(topics.alerts()), KafkaRight.writeInTransactions(named(topics.alerts())));
        Stream<KafkaRight> asks = rules.stream()
                .filter(AlertRule.ConsumerLag.class::isInstance)
                .map(rule -> KafkaRight.askAbout(((AlertRule.ConsumerLag) rule).group()));
        return Stream.of(reads, writes, asks).flatMap(rights -> rights).toList();
    }

    private static <T extends SpecificRecordBase> DataStream<T> read(
            StreamExecutionEnvironment env, KafkaOptions kafka, String topic, Class<T> recordClass) {
        return env.fromSource(
                        LogSource.of(kafka.connection(), topic, named(topic)), WatermarkStrategy.noWatermarks(), topic)
                .uid("alerts-" + recordClass.getSimpleName())
                // What cannot be read here is a dead letter of whoever the topic is for.
                .process(new DecodeFunction<>(recordClass, NAME, RecordCheck.none()), AvroRecordType.of(recordClass))
                .name("decode")
                .uid("alerts-decode-" + recordClass.getSimpleName());
    }

    /** What figures are of; a domain may be called anything, so that of all domains is no name. */
    static String scope(DomainMetrics figures) {
        String domain = figures.getDomain() == null ? "" : "domain=" + figures.getDomain();
        return figures.getModel() + '\n' + figures.getTask() + '\n' + domain;
    }

    /** The alerts that rules make of these streams. */
    static DataStream<Alert> build(
            DataStream<DomainMetrics> figures,
            DataStream<ModelHealth> health,
            DataStream<DeadLetter> deadLetters,
            List<AlertRule> rules,
            LagProbe probe) {
        DataStream<Alert> ofFigures = figures.keyBy(AlertsTopology::scope, Types.STRING)
                .process(new FigureAlerts(rules), AvroRecordType.of(Alert.class))
                .name("figure-alerts")
                .uid("alerts-figures");
        DataStream<Alert> ofQuiet = figures.keyBy(
                        metrics -> metrics.getModel() + '\n' + metrics.getTask(), Types.STRING)
                .process(new QuietAlerts(rules), AvroRecordType.of(Alert.class))
                .name("quiet-alerts")
                .uid("alerts-quiet");
        DataStream<Alert> ofHealth = health.keyBy(ModelHealth::getModel, Types.STRING)
                .process(new HealthAlerts(rules), AvroRecordType.of(Alert.class))
                .name("health-alerts")
                .uid("alerts-health");
        DataStream<Alert> byClock = deadLetters
                .transform("clock-alerts", AvroRecordType.of(Alert.class), new ClockAlerts(rules, probe))
                // Not even by a cluster that scales jobs.
                .forceNonParallel()
                .uid("alerts-clock");
        return ofFigures.union(ofQuiet, ofHealth, byClock);
    }
}
