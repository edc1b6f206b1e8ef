package io.caiman.jobs.metrics;

import java.util.ArrayList;
import java.util.List;

/** What a task of the first stage gathers about one task of one model: about each domain, and about all of them together. */
final class TaskGains {

    private final int number;
    private final ScopeGains overall;
    private final List<ScopeGains> domains = new ArrayList<>();

    /**
     * A task without domains.
     *
     * @param number tells it from the others
     */
    TaskGains(int number, ScopeGains overall) {
        this.number = number;
        this.overall = overall;
    }

    int number() {
        return number;
    }

    ScopeGains overall() {
        return overall;
    }

    /** Number of domains. */
    int domains() {
        return domains.size();
    }

    /** The gains of a domain by its number, as {@link #add} gave it. */
    ScopeGains domain(int domain) {
        return domains.get(domain);
    }

    /** Takes a domain in; its number, counted from 0. */
    int add(ScopeGains domain) {
        if (domains.size() == UserScores.MOST_DOMAINS) {
            throw new IllegalStateException("more than %d domains of one task of one model: expected at most that many;"
                            .formatted(UserScores.MOST_DOMAINS)
                    + " is something else, such as the item, logged as the domain?");
        }
        domains.add(domain);
        return domains.size() - 1;
    }
}
