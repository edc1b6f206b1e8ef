package io.caiman.schemas;

import java.util.List;

/**
 * The Kafka topics of one installation.
 *
 * @param impressions {@link io.caiman.schemas.avro.Impression}s, keyed by user
 * @param feedback {@link io.caiman.schemas.avro.Feedback}, keyed by user; empty unless labels come later than impressions
 * @param predictions {@link io.caiman.schemas.avro.Prediction}s, keyed by user
 * @param domainMetrics {@link io.caiman.schemas.avro.DomainMetrics}, keyed by what they are about, fit for compaction
 * @param modelComparisons {@link io.caiman.schemas.avro.ModelComparison}s, keyed by what they are about, fit for compaction
 * @param alerts {@link io.caiman.schemas.avro.Alert}s, keyed by rule and what it is about
 * @param modelHealth {@link io.caiman.schemas.avro.ModelHealth}, keyed by model
 * @param rowTombstones {@link io.caiman.schemas.avro.RowTombstone}s, keyed by model, feature and row
 * @param deadLetters {@link io.caiman.schemas.avro.DeadLetter}s
 */
public record Topics(
        String impressions,
        String feedback,
        String predictions,
        String domainMetrics,
        String modelComparisons,
        String alerts,
        String modelHealth,
        String rowTombstones,
        String deadLetters) {

    /**
     * Name of the header of a record without a value that says: the log ends here. The trainer then learns from its
     * pending mini-batch whatever its size, so a replay's last predictions do not wait for more impressions.
     */
    public static final String END_OF_LOG_HEADER = "caiman-end-of-log";

    /** Header of an impression or feedback: the dataset it is from, such as {@code kuairand}. */
    public static final String DATASET_HEADER = "caiman-dataset";

    /** Header: full name of the record's Avro schema, a slash, and the schema's 64-bit fingerprint in hexadecimal digits. */
    public static final String SCHEMA_HEADER = "caiman-schema";

    /** Header: 16 hexadecimal digits that stand for what the log was made from; the replay tells what that is. */
    public static final String PROVENANCE_HEADER = "caiman-provenance";

    /** All of them. */
    public List<String> all() {
        return List.of(
                impressions,
                feedback,
                predictions,
                domainMetrics,
                modelComparisons,
                alerts,
                modelHealth,
                rowTombstones,
                deadLetters);
    }

    /** The topics' own names behind a prefix, which may be empty. */
    public static Topics withPrefix(String prefix) {
        return new Topics(
                prefix + "impressions",
                prefix + "feedback",
                prefix + "predictions",
                prefix + "domain-metrics",
                prefix + "model-comparisons",
                prefix + "alerts",
                prefix + "model-health",
                prefix + "row-tombstones",
                prefix + "dead-letters");
    }
}
