package io.caiman.local.demo;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Watches a run from outside: what has come out of its topics so far. */
final class Observer implements AutoCloseable {

    private final TopicReader<Prediction> predictionLog;
    private final TopicReader<DomainMetrics> metricsLog;
    private final TopicReader<ModelComparison> comparisonLog;
    private final TopicReader<DeadLetter> deadLetterLog;
    private final TopicReader<ModelHealth> healthLog;

    private final Topics topics;
    private final ObservedModel baseline;
    private final Map<String, ObservedModel> models = new LinkedHashMap<>();
    private long predictions;
    private long deadLetters;
    private long refusedByTrainers;
    private long refusedByMetrics;

    /**
     * Watches some models.
     *
     * @param names of the models; all others are compared with the first
     */
    Observer(String bootstrapServers, Topics topics, List<String> names) {
        this.topics = topics;
        names.forEach(name -> models.put(name, new ObservedModel(name)));
        baseline = model(names.get(0));
        predictionLog = new TopicReader<>(bootstrapServers, topics.predictions(), Prediction.class);
        metricsLog = new TopicReader<>(bootstrapServers, topics.domainMetrics(), DomainMetrics.class);
        comparisonLog = new TopicReader<>(bootstrapServers, topics.modelComparisons(), ModelComparison.class);
        healthLog = new TopicReader<>(bootstrapServers, topics.modelHealth(), ModelHealth.class);
        deadLetterLog = new TopicReader<>(bootstrapServers, topics.deadLetters(), DeadLetter.class);
    }

    /** A model of this name, also of one that nobody has named. */
    private ObservedModel model(String name) {
        return models.computeIfAbsent(name, ObservedModel::new);
    }

    /** Takes in what has been committed since the last look. */
    void look() {
        predictionLog.readNew(this::accept);
        deadLetterLog.readNew(letter -> {
            deadLetters++;
            if (letter.getOrigin() instanceof TopicOrigin origin) {
                refusedByTrainers += origin.getTopic().equals(topics.impressions()) ? 1 : 0;
                refusedByMetrics += origin.getTopic().equals(topics.predictions()) ? 1 : 0;
            }
        });
        healthLog.readNew(told -> model(told.getModel()).accept(told));
        metricsLog.readNew(
                metrics -> model(metrics.getModel()).task(metrics.getTask()).accept(metrics));
        comparisonLog.readNew(comparison ->
                model(comparison.getModel()).task(comparison.getTask()).accept(comparison));
    }

    private void accept(Prediction prediction) {
        predictions++;
        long offset = prediction.getImpressionOffset();
        String task = prediction.getTask();
        ObservedModel model = model(prediction.getModel());
        model.predicted(offset, task);
        for (ObservedModel other : models.values()) {
            if (other != model
                    && (other == baseline || model == baseline)
                    && other.task(task).hasPredicted(offset)) {
                (model == baseline ? other : model).task(task).paired(prediction.getEventTimeMs());
            }
        }
    }

    /** The first model. */
    ObservedModel baseline() {
        return baseline;
    }

    /** All models, the first one first. */
    List<ObservedModel> models() {
        return List.copyOf(models.values());
    }

    /** Impressions predicted by each model, summed over the models. */
    long impressions() {
        return models.values().stream().mapToLong(ObservedModel::impressions).sum();
    }

    /** Predictions committed, of all models and tasks. */
    long predictions() {
        return predictions;
    }

    /** Dead letters, from the log's files and from the jobs. */
    long deadLetters() {
        return deadLetters;
    }

    /** Whether every one of these impressions was either predicted or refused, by each model. */
    boolean accountedFor(long impressions) {
        return impressions() + refusedByTrainers >= impressions * models.size();
    }

    /** Whether the cumulative figures cover every prediction that was not refused, over all domains and in each. */
    boolean figuresComplete() {
        long overall = 0;
        long byDomain = 0;
        for (ObservedModel model : models.values()) {
            for (ObservedTask task : model.tasks()) {
                overall += task.overall().impressions();
                byDomain += task.domains().stream()
                        .mapToLong(domain -> domain.figures().impressions())
                        .sum();
            }
        }
        long measured = predictions - refusedByMetrics;
        return overall >= measured && byDomain >= measured;
    }

    /** Whether the comparisons with the first model cover every impression that both predicted. */
    boolean comparisonsComplete(LeaderboardOptions options) {
        return models.values().stream()
                .filter(model -> model != baseline)
                .flatMap(model -> model.tasks().stream())
                .allMatch(task -> task.compared(refusedByMetrics, options.mostPairs()));
    }

    @Override
    public void close() {
        predictionLog.close();
        metricsLog.close();
        comparisonLog.close();
        deadLetterLog.close();
        healthLog.close();
    }
}
