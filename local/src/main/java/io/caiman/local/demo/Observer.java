package io.caiman.local.demo;

import io.caiman.local.demo.Report.DomainFigures;
import io.caiman.local.demo.Report.Figures;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
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

    private long predictions;
    private long deadLetters;
    private long refusedByTrainer;
    private final Map<String, DomainMetrics> cumulative = new TreeMap<>();

    Observer(String bootstrapServers, Topics topics) {
        predictionLog = new TopicReader<>(bootstrapServers, topics.predictions(), Prediction.class);
        metricsLog = new TopicReader<>(bootstrapServers, topics.domainMetrics(), DomainMetrics.class);
        deadLetterLog = new TopicReader<>(bootstrapServers, topics.deadLetters(), DeadLetter.class);
    }

    /** Takes in what has been committed since the last look. */
    void look() {
        predictionLog.readNew(prediction -> predictions++);
        deadLetterLog.readNew(letter -> {
            deadLetters++;
            refusedByTrainer += letter.getOrigin() instanceof TopicOrigin ? 1 : 0;
        });
        metricsLog.readNew(metrics -> {
            if (metrics.getKind() == WindowKind.CUMULATIVE) {
                cumulative.put(metrics.getDomain() == null ? OVERALL : metrics.getDomain(), metrics);
            }
        });
    }

    /** Predictions committed. */
    long predictions() {
        return predictions;
    }

    /** Dead letters from the log's files and from the trainer. */
    long deadLetters() {
        return deadLetters;
    }

    /** Whether every one of these impressions was either predicted or refused. */
    boolean accountedFor(long impressions) {
        return predictions + refusedByTrainer >= impressions;
    }

    /** Whether the cumulative figures cover every prediction, those over all domains and those of each. */
    boolean figuresComplete() {
        long byDomain = domains().stream()
                .mapToLong(domain -> domain.figures().impressions())
                .sum();
        return overall().impressions() >= predictions && byDomain >= predictions;
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
    }
}
