package io.caiman.replay;

import com.sun.net.httpserver.HttpServer;
import io.caiman.replay.dataset.Provenance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Tells over HTTP whether a replay moves: {@code GET /healthz} answers 200 while lines are read, impressions given to Kafka's
 * producer or the next one not due yet, and 503 when nothing has moved for {@link #MOST_STILL} beyond that; the body says what it
 * does. It counts what the producer was given, not what Kafka has taken: while Kafka takes nothing, it answers 200 until the
 * producer's memory is full. Nobody answers after the end.
 */
final class HealthEndpoint implements ReplayListener, AutoCloseable {

    /** How long nothing may move. The replay itself ends when the producer's memory has been full for {@code max.block.ms}. */
    static final Duration MOST_STILL = Duration.ofSeconds(60);

    /** Where it listens unless told otherwise: for this machine only. */
    static final String LOOPBACK = "127.0.0.1";

    private final ReplayListener next;
    private final LongSupplier nanoTime;
    private final HttpServer server;
    private String doing = "starting";
    private long movedAt;
    private long dueInNanos;

    /**
     * Starts to answer.
     *
     * @param next is told all that this one is told
     * @param port 0: any free one
     * @throws ReplayException if it cannot listen there
     */
    HealthEndpoint(ReplayListener next, String bindAddress, int port, LongSupplier nanoTime) {
        this.next = next;
        this.nanoTime = nanoTime;
        this.movedAt = nanoTime.getAsLong();
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(bindAddress), port), 0);
        } catch (IOException e) {
            throw new ReplayException(
                    "--health-port: cannot listen on %s port %d (%s): choose another, or 0 for any free one"
                            .formatted(bindAddress, port, e.getMessage()),
                    e);
        }
        server.createContext("/healthz", exchange -> {
            try (exchange) {
                byte[] body = (answer() + "\n").getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
                exchange.sendResponseHeaders(isHealthy() ? 200 : 503, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return URI.create(
                "http://%s:%d/healthz".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort()));
    }

    private synchronized boolean isHealthy() {
        return stillNanos() <= MOST_STILL.toNanos();
    }

    private synchronized String answer() {
        return isHealthy()
                ? doing
                : "nothing has moved for %d s; before: %s"
                        .formatted(Duration.ofNanos(stillNanos()).toSeconds(), doing);
    }

    private long stillNanos() {
        return nanoTime.getAsLong() - movedAt - dueInNanos;
    }

    private synchronized void moved(String now) {
        doing = now;
        movedAt = nanoTime.getAsLong();
        dueInNanos = 0;
    }

    @Override
    public void preparing(long linesRead) {
        moved(String.format(Locale.ROOT, "sorting the log: %,d lines read", linesRead));
        next.preparing(linesRead);
    }

    @Override
    public void started(Provenance provenance) {
        moved("the log is ready");
        next.started(provenance);
    }

    @Override
    public void progress(ReplayProgress progress) {
        moved(String.format(
                Locale.ROOT,
                "sending: %,d impressions sent, %,d there already, %,d bad lines, event time %s",
                progress.sent(),
                progress.alreadyThere(),
                progress.bad(),
                Instant.ofEpochMilli(progress.eventTimeMs())));
        next.progress(progress);
    }

    @Override
    public synchronized void waiting(Duration time) {
        movedAt = nanoTime.getAsLong();
        dueInNanos = time.toNanos();
        next.waiting(time);
    }

    @Override
    public void finished(ReplaySummary summary) {
        moved("done: " + summary);
        next.finished(summary);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
