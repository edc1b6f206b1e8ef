package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Scope;
import java.util.List;

/**
 * What a task of the first stage tells the second at once: about scopes that are keys of one key group, so that they have one
 * way and the state is still divided by scope.
 *
 * @param each one or more
 */
record Partials(List<Partial> each) {

    Partials {
        each = List.copyOf(each);
    }

    /** One of the scopes, which is the key of them all. */
    Scope key() {
        return each.get(0).names().scope();
    }
}
