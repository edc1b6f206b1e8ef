/**
 * The training job: impressions in, predictions out, a model in between. Learning code lives in module {@code model} and
 * never sees Flink; the code here never sees a tensor.
 */
@NullMarked
package io.caiman.jobs.training;

import org.jspecify.annotations.NullMarked;
