package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.AlertState;
import java.util.Optional;

/**
 * How a rule stands with one subject. Immutable: each look gives the next.
 *
 * @param raised whether it was told of
 * @param inRow looks in a row that speak for a change: that hold while it is not raised, that are over while it is
 * @param sinceMs when the rule began to hold, in milliseconds since the epoch; 0 while it does not
 */
record Standing(boolean raised, int inRow, long sinceMs) {

    /** Before the first look. */
    static final Standing CALM = new Standing(false, 0, 0);

    /** The standing after a look at some time. */
    Standing after(Finding finding, AlertRule.Patience patience, long timeMs) {
        boolean forChange = finding.verdict() == (raised ? Finding.Verdict.OVER : Finding.Verdict.HOLDS);
        if (!forChange) {
            return new Standing(raised, 0, raised ? sinceMs : 0);
        }
        long since = !raised && inRow == 0 ? timeMs : sinceMs;
        int needed = raised ? patience.clearAfter() : patience.raiseAfter();
        return inRow + 1 >= needed ? new Standing(!raised, 0, since) : new Standing(raised, inRow + 1, since);
    }

    /** What is to be told when the standing before was another. */
    Optional<AlertState> changedFrom(Standing before) {
        if (raised == before.raised) {
            return Optional.empty();
        }
        return Optional.of(raised ? AlertState.RAISED : AlertState.CLEARED);
    }

    /** Whether this need not be remembered. */
    boolean isCalm() {
        return !raised && inRow == 0;
    }
}
