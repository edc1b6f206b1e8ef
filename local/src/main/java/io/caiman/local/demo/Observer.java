package io.caiman.local.demo;

import io.caiman.local.demo.Report.Health;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.Figures;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import io.caiman.schemas.avro.WindowKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Watches a run from outside: what has come out of its topics so far. */
final class Observer implements AutoCloseable {

    private static final String OVERALL = "";

    private final TopicReader<Prediction> predictionLog;
    private final TopicReader<DomainMetrics> metricsLog;
    private final TopicReader<DeadLetter> deadLetterLog;
    private final TopicReader<ModelHealth> healthLog;

    private long predictions;
    private long deadLetters;
    private final Topics topics;
    private Health health = Health.UNTOLD;
    private long refusedByTrainer;
    private long refusedByMetrics;
    private final Map<String, DomainMetrics> cumulative = new TreeMap<>();

    Observer(String bootstrapServers, Topics topics) {
        this.topics = topics;
        predictionLog = new TopicReader<>(bootstrapServers, topics.predictions(), Prediction.class);
        metricsLog = new TopicReader<>(bootstrapServers, topics.domainMetrics(), DomainMetrics.class);
        healthLog = new TopicReader<>(bootstrapServers, topics.modelHealth(), ModelHealth.class);
        deadLetterLog = new TopicReader<>(bootstrapServers, topics.deadLetters(), DeadLetter.class);
    }

    /** Takes in what has been committed since the last look. */
    void look() {
        predictionLog.readNew(prediction -> predictions++);
        deadLetterLog.readNew(letter -> {
            deadLetters++;
            if (letter.getOrigin() instanceof TopicOrigin origin) {
                refusedByTrainer += origin.getTopic().equals(topics.impressions()) ? 1 : 0;
                refusedByMetrics += origin.getTopic().equals(topics.predictions()) ? 1 : 0;
            }
        });
        healthLog.readNew(this::accept);
        metricsLog.readNew(metrics -> {
            if (metrics.getKind() == WindowKind.CUMULATIVE) {
                cumulative.put(metrics.getDomain() == null ? OVERALL : metrics.getDomain(), metrics);
            }
        });
    }

    private void accept(ModelHealth told) {
        List<String> warnings = told.getEvent() instanceof HealthReport report
                ? report.getWarnings().stream().map(HealthWarning::getDetail).toList()
                : health.warnings();
        health = new Health(told.getStep(), told.getSkippedSteps(), warnings);
    }

    /** The model's health, as last told. */
    Health health() {
        return health;
    }

    /** Predictions committed. */
    long predictions() {
        return predictions;
    }

    /** Dead letters, from the log's files and from the jobs. */
    long deadLetters() {
        return deadLetters;
    }

    /** Whether every one of these impressions was either predicted or refused. */
    boolean accountedFor(long impressions) {
        return predictions + refusedByTrainer >= impressions;
    }

    /** Whether the cumulative figures cover every prediction that was not refused, over all domains and in each. */
    boolean figuresComplete() {
        long byDomain = domains().stream()
                .mapToLong(domain -> domain.figures().impressions())
                .sum();
        long measured = predictions - refusedByMetrics;
        return overall().impressions() >= measured && byDomain >= measured;
    }

    /** The latest cumulative figures over all domains. */
    Figures overall() {
        DomainMetrics metrics = cumulative.get(OVERALL);
        return metrics == null ? Figures.NONE : Figures.of(metrics);
    }

    /** The latest cumulative figures of each domain, by name. */
    List<DomainFigures> domains() {
        return cumulative.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(OVERALL))
                .map(entry -> new DomainFigures(entry.getKey(), Figures.of(entry.getValue())))
                .toList();
    }

    @Override
    public void close() {
        predictionLog.close();
        metricsLog.close();
        deadLetterLog.close();
        healthLog.close();
    }
}
