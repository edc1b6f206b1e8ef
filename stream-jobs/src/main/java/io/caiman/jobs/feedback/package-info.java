/**
 * Labels that come later than their impressions: an impression is held until feedback has come for it, or the time for
 * feedback is over. A stage of the training job, between its sources and its trainer.
 */
@NullMarked
package io.caiman.jobs.feedback;

import org.jspecify.annotations.NullMarked;
