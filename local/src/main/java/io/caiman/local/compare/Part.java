package io.caiman.local.compare;

/** What a stretch of the log is for. */
enum Part {
    /** Each mini-batch is scored by weights that have not seen it, then learned from; the scores count. */
    LEARN_AND_SCORE,
    /** Learned from; the scores do not count. */
    LEARN,
    /** Scored by weights that stay as they are. */
    SCORE
}
