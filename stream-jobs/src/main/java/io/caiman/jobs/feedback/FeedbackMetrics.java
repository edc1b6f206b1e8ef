package io.caiman.jobs.feedback;

/** Names of the joiner's counters, in the scope of the operator {@link FeedbackJoiner#NAME}. */
public final class FeedbackMetrics {

    /** Feedback that came after the window of its impression. */
    public static final String LATE_FEEDBACK = "lateFeedback";

    /** Feedback whose impression was not seen, neither before it nor within a window after it. */
    public static final String ORPHAN_FEEDBACK = "orphanFeedback";

    /** Feedback about a label that other feedback had made true already. */
    public static final String REPEATED_FEEDBACK = "repeatedFeedback";

    /** Labels that feedback made true, one for each impression and task. */
    public static final String ANSWERED_IMPRESSIONS = "answeredImpressions";

    /** Labels whose window closed without feedback. */
    public static final String UNANSWERED_IMPRESSIONS = "unansweredImpressions";

    private FeedbackMetrics() {}
}
