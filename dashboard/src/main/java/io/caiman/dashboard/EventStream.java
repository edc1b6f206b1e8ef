package io.caiman.dashboard;

import io.javalin.http.Context;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.sse.SseClient;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends each client everything first, then what changed, a few times a second at most. Each client has a thread of its
 * own, so a slow one holds up no other.
 */
final class EventStream {

    static final int MOST_CLIENTS = 64;

    private static final long PACE_MILLIS = 400;
    /** A client that went away is noticed when something is sent to it. */
    private static final long SIGN_OF_LIFE_MILLIS = 10_000;

    private static final String ADMITTED = "io.caiman.dashboard.EventStream.admitted";

    private final LiveState state;
    private final AtomicInteger clients = new AtomicInteger();

    EventStream(LiveState state) {
        this.state = state;
    }

    /** Turns a client away before its stream begins if there are too many. */
    void admit(Context context) {
        if (clients.incrementAndGet() > MOST_CLIENTS) {
            clients.decrementAndGet();
            throw new ServiceUnavailableResponse(
                    "%d pages follow this dashboard already; close one and reload".formatted(MOST_CLIENTS));
        }
        context.attribute(ADMITTED, true);
    }

    /** Ends what {@link #admit} began: to be called after every request, whether it was served or failed. */
    void release(Context context) {
        if (context.attribute(ADMITTED) != null) {
            clients.decrementAndGet();
        }
    }

    /** Serves a client until it leaves or the state is closed. */
    void serve(SseClient client) {
        try {
            follow(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(SseClient client) throws InterruptedException {
        StateView sent = state.all();
        client.sendEvent("state", StateJson.of(sent));
        while (!client.terminated() && !state.isClosed()) {
            if (state.awaitMoreThan(sent.version(), SIGN_OF_LIFE_MILLIS)) {
                state.awaitClosed(PACE_MILLIS);
                sent = state.changesAfter(sent.version());
                client.sendEvent("state", StateJson.of(sent));
            } else if (!state.isClosed()) {
                client.sendComment("nothing new");
            }
        }
    }
}
