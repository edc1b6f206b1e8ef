package io.caiman.replay.synthetic;

import io.caiman.schemas.avro.Impression;

/**
 * An impression of the synthetic log.
 *
 * @param probability the true probability of a click, in (0, 1)
 */
public record SyntheticImpression(Impression impression, double probability) {}
