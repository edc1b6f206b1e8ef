package io.caiman.dashboard;

/** A feed that tells nothing, for tests that tell the state themselves. */
final class NoFeed implements MetricsFeed {

    private boolean closed;

    @Override
    public void start(Listener listener) {}

    @Override
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
