package io.caiman.jobs.alerts;

import java.util.OptionalDouble;

/**
 * What one look at a rule's subject showed.
 *
 * @param verdict whether the rule holds
 * @param value the figure looked at, where it is a figure
 * @param limit what it was compared with
 * @param message in words, for people
 */
record Finding(Verdict verdict, OptionalDouble value, OptionalDouble limit, String message) {

    enum Verdict {
        HOLDS,
        /** Neither does it hold nor is it clearly over. */
        BETWEEN,
        OVER
    }

    /**
     * Of a figure that should be small.
     *
     * @param limit the rule holds above it
     * @param over it is over at this or below
     */
    static Finding above(double value, double limit, double over, String message) {
        Verdict verdict = value > limit ? Verdict.HOLDS : value <= over ? Verdict.OVER : Verdict.BETWEEN;
        return new Finding(verdict, OptionalDouble.of(value), OptionalDouble.of(limit), message);
    }

    /** Of something that is or is not so. */
    static Finding plain(boolean holds, String message) {
        return new Finding(
                holds ? Verdict.HOLDS : Verdict.OVER, OptionalDouble.empty(), OptionalDouble.empty(), message);
    }
}
