package io.caiman.jobs.metrics;

/** One user within one scope. */
record ScopedUser(Scope scope, String user) {

    /** Spelled out for the reason {@link Scope#hashCode} is. */
    @Override
    public int hashCode() {
        return Scope.mixed(Scope.mixed(scope.hashCode()) + user.hashCode());
    }
}
