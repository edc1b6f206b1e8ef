package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;

/**
 * What a network keeps of the stream without learning it by gradient.
 *
 * @param number of the array of dense weights that holds it
 * @param value what it holds once the batch is learned from
 */
public record Statistic(int number, NDArray value) {}
