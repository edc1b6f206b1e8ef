package io.caiman.dashboard;

/** The dashboard cannot start; the message says what is in the way and what to do about it. */
public final class DashboardStartException extends RuntimeException {

    DashboardStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
