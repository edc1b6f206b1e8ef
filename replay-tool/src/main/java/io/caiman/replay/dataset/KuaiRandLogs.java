package io.caiman.replay.dataset;

/** Which of KuaiRand's logs to read. */
public enum KuaiRandLogs {
    /** What the recommender chose. */
    STANDARD,
    /** What was put at random among it, and is not in the standard logs. */
    RANDOM,
    /** Both, by time. */
    ALL
}
