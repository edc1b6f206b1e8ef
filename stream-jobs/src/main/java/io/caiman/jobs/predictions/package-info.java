/**
 * Predictions as they come in, for whoever measures or compares them: read once in the source and without making objects of what
 * is not needed, timed by the slowest model, gathered into batches by bucket, and named.
 */
@NullMarked
package io.caiman.jobs.predictions;

import org.jspecify.annotations.NullMarked;
