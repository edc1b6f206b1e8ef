/**
 * The logs that can be replayed: one reader for each, and {@link io.caiman.replay.dataset.Dataset} as their registry. A new
 * dataset is one {@link io.caiman.replay.dataset.ImpressionSource} and one line there, or no code at all but a layout in YAML
 * ({@link io.caiman.replay.dataset.OwnLogLayout}).
 *
 * <p>A log on disk is read line by line ({@link io.caiman.replay.dataset.LineReader}), each line is parsed by its {@link
 * io.caiman.replay.dataset.LogFormat} into a few numbers, these are sorted by event time with bounded memory ({@link
 * io.caiman.replay.dataset.EventTimeSorter}), and only then do they become impressions.
 */
@NullMarked
package io.caiman.replay.dataset;

import org.jspecify.annotations.NullMarked;
