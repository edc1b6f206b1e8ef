package io.caiman.jobs.training;

/** Names of the trainer's metrics, all counters in the scope of the operator {@link TrainingTopology#TRAINER}. */
public final class TrainingMetrics {

    /** Impressions learned from. */
    public static final String IMPRESSIONS = "impressions";
    /** Mini-batches scored. */
    public static final String STEPS = "steps";
    /** Mini-batches not learned from because a loss or gradient was not finite. */
    public static final String SKIPPED_STEPS = "skippedSteps";
    /** Nanoseconds spent in the step: rows in, forward, backward, update, rows out. */
    public static final String STEP_NANOS = "stepNanos";

    private TrainingMetrics() {}
}
