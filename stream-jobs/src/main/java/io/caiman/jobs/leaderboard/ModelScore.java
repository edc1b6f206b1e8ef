package io.caiman.jobs.leaderboard;

import io.caiman.model.embedding.RowKeys;
import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.avro.Prediction;

/**
 * One model's prediction of one impression, as far as it is compared.
 *
 * @param user 64-bit hash of the user; that two of a million users share one has probability 3e-8
 * @param eventTime of the impression, ms since the epoch
 * @param scoredLabel see {@link ScoredLabel}
 */
record ModelScore(ImpressionKey impression, String model, String domain, long user, long eventTime, long scoredLabel) {

    static ModelScore of(Prediction prediction) {
        return new ModelScore(
                new ImpressionKey(
                        prediction.getImpressionPartition(), prediction.getImpressionOffset(), prediction.getTask()),
                prediction.getModel(),
                prediction.getDomain(),
                RowKeys.hash(prediction.getUser()),
                prediction.getEventTimeMs(),
                ScoredLabel.encode(prediction.getScore(), prediction.getLabel()));
    }
}
