package io.caiman.dashboard;

/**
 * How the feed is doing.
 *
 * @param detail for people: what it waits for or what is wrong; empty when all is well
 */
record FeedStatus(Condition condition, String detail) {

    enum Condition {
        /** Not yet heard of Kafka. */
        CONNECTING,
        /** Kafka answers; the topic is not there yet. */
        WAITING,
        /** Reading. */
        LIVE,
        /** Kafka does not answer, or refuses; tried again until it does. */
        UNREACHABLE
    }

    static final FeedStatus LIVE = new FeedStatus(Condition.LIVE, "");
}
