package io.caiman.dashboard;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.http.util.AsyncExecutor;
import io.javalin.util.JavalinBindException;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import kotlin.LazyKt;
import org.apache.kafka.common.KafkaException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The running dashboard: a page with the live figures of every model and domain, and what the page is made of:
 *
 * <ul>
 *   <li>{@code GET /} the page
 *   <li>{@code GET /api/state} all it knows, as JSON ({@link StateView})
 *   <li>{@code GET /api/stream} the same as server-sent events named {@code state}: everything first, then changes
 *   <li>{@code GET /api/health?model=NAME} how a model did while it learned, as JSON ({@link HealthView})
 *   <li>{@code GET /healthz} {@code ok} while it serves and reads, or tries to; else 503 and why: to be started again
 *   <li>{@code GET /readyz} {@code ok} while it shows what Kafka has; else 503 and why
 * </ul>
 *
 * <p>Undefined figures are absent. It keeps nothing: started anew, it reads the topics from their beginning.
 */
public final class Dashboard implements AutoCloseable {

    private static final String HEALTHZ = "/healthz";
    private static final String READYZ = "/readyz";
    private static final int UNAVAILABLE = 503;
    private static final int STREAMS_END_WITHIN_SECONDS = 5;
    private static final int MOST_REQUEST_THREADS = 16;
    private static final int IDLE_REQUEST_THREADS = 2;
    private static final int IDLE_MILLIS = 60_000;
    /** As {@code echarts.version} in the build; a test tells when they differ. */
    private static final String ECHARTS = "META-INF/resources/webjars/echarts/5.5.0";

    private final Access access;
    private final Javalin server;
    private final LiveState state;
    private final MetricsFeed feed;
    private final ExecutorService streams;
    private final URI address;

    private Dashboard(String bindAddress, int port, Access access, LiveState state, MetricsFeed feed) {
        this.access = access;
        this.state = state;
        this.feed = feed;
        this.streams = daemonThreads();
        this.server = Javalin.create(config -> configure(config, bindAddress, port));
        try {
            if (access.tls().isEmpty()) {
                server.start(bindAddress, port);
            } else {
                server.start(); // on the connector made in configure
            }
        } catch (RuntimeException e) {
            streams.shutdown();
            throw cannotListen(bindAddress, port, e);
        }
        this.address = address(access.tls().isPresent() ? "https" : "http", bindAddress, server.port());
    }

    /**
     * Starts to listen and to read. A cluster that does not answer yet, or has no figures yet, is waited for.
     *
     * @throws DashboardStartException if it cannot listen there, or the Kafka properties are not fit for a client
     */
    public static Dashboard start(DashboardOptions options) {
        LiveState state = new LiveState(System::nanoTime);
        MetricsFeed feed = new KafkaMetricsFeed(options.kafka(), options.topics());
        return start(options.bindAddress(), options.port(), options.access(), state, feed);
    }

    static Dashboard start(String bindAddress, int port, Access access, LiveState state, MetricsFeed feed) {
        Dashboard dashboard = new Dashboard(bindAddress, port, access, state, feed);
        try {
            feed.start(state);
            return dashboard;
        } catch (KafkaException e) {
            dashboard.close();
            throw new DashboardStartException(
                    "The dashboard's Kafka client cannot be made: %s. Check --bootstrap-servers and the client properties."
                            .formatted(reason(e)),
                    e);
        }
    }

    /** Where the page is. */
    public URI address() {
        return address;
    }

    /** Stops reading, ends the pages' streams and stops listening. */
    @Override
    public void close() {
        feed.close();
        state.close();
        streams.shutdown();
        awaitStreams();
        server.stop();
    }

    /** Lets the streams end while there is a server: one that ends after it finds no request any more, and spins in Javalin. */
    private void awaitStreams() {
        try {
            boolean unused = streams.awaitTermination(STREAMS_END_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void configure(JavalinConfig config, String bindAddress, int port) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.executor = LazyKt.lazyOf(new AsyncExecutor(streams));
        QueuedThreadPool requests = new QueuedThreadPool(MOST_REQUEST_THREADS, IDLE_REQUEST_THREADS, IDLE_MILLIS);
        requests.setName("dashboard-http");
        requests.setDaemon(true);
        config.jetty.threadPool = requests;
        access.tls()
                .ifPresent(tls ->
                        config.jetty.addConnector((jetty, http) -> secured(jetty, http, tls, bindAddress, port)));

        EventStream stream = new EventStream(state);
        config.routes.before(SecurityHeaders::addTo);
        access.accounts().ifPresent(accounts -> config.routes.before(context -> askForLogin(context, accounts)));
        config.routes.before("/api/*", context -> context.header("Cache-Control", "no-store"));
        config.routes.before("/api/stream", stream::admit);
        config.routes.after("/api/stream", stream::release);
        config.routes.get(HEALTHZ, context -> answer(context, state.stuck()));
        config.routes.get(READYZ, context -> answer(context, state.behind()));
        config.routes.get(
                "/api/state", context -> context.contentType("application/json").result(StateJson.of(state.all())));
        config.routes.get("/api/health", this::health);
        config.routes.sse("/api/stream", stream::serve);
        config.staticFiles.add("/io/caiman/dashboard/page");
        config.staticFiles.add(files -> {
            files.hostedPath = "/echarts";
            files.directory = ECHARTS;
        });
    }

    private void health(Context context) {
        String model = Optional.ofNullable(context.queryParam("model")).orElse("");
        HealthView health = state.health(model)
                .orElseThrow(() -> new NotFoundResponse(
                        "no model of that name has told of its health; ask /api/state for those that have"));
        context.contentType("application/json").result(StateJson.of(health));
    }

    private static void answer(Context context, Optional<String> problem) {
        context.status(problem.isPresent() ? UNAVAILABLE : 200).result(problem.orElse("ok"));
    }

    private static void askForLogin(Context context, Accounts accounts) {
        boolean open = context.path().equals(HEALTHZ) || context.path().equals(READYZ);
        if (!open && !accounts.admit(Optional.ofNullable(context.header("Authorization")))) {
            context.header("WWW-Authenticate", "Basic realm=\"Caiman\", charset=\"UTF-8\"");
            throw new UnauthorizedResponse("a name and password are needed");
        }
    }

    private static ServerConnector secured(
            Server jetty, HttpConfiguration http, SSLContext tls, String bindAddress, int port) {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        HttpConfiguration secure = new HttpConfiguration(http);
        secure.addCustomizer(new SecureRequestCustomizer(false)); // any name may be asked for, as over plain HTTP
        ServerConnector connector = new ServerConnector(jetty, factory, new HttpConnectionFactory(secure));
        connector.setHost(bindAddress);
        connector.setPort(port);
        return connector;
    }

    private static ExecutorService daemonThreads() {
        AtomicInteger count = new AtomicInteger();
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "dashboard-stream-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    private static DashboardStartException cannotListen(String bindAddress, int port, RuntimeException e) {
        String problem = e instanceof JavalinBindException ? "the port is in use or not allowed" : reason(e);
        return new DashboardStartException(
                ("The dashboard cannot listen on %s port %d: %s. Stop what is using that port, or choose another with"
                                + " --dashboard-port (0: any free one).")
                        .formatted(bindAddress, port, problem),
                e);
    }

    private static URI address(String scheme, String bindAddress, int port) {
        String host = bindAddress.contains(":") ? "[" + bindAddress + "]" : bindAddress;
        return URI.create("%s://%s:%d/".formatted(scheme, host, port));
    }

    /** The innermost cause, which says what is wrong. */
    private static String reason(Throwable problem) {
        Throwable innermost = problem;
        for (Throwable cause = problem.getCause(); cause != null; cause = cause.getCause()) {
            innermost = cause;
        }
        return String.valueOf(innermost.getMessage());
    }
}
