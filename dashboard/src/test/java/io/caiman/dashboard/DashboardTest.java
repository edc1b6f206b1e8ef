package io.caiman.dashboard;

import static io.caiman.dashboard.PublishedFigures.cumulative;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.schemas.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class DashboardTest {

    private static final String HOSTILE = "<img src=x onerror=alert(1)>\n\u0000event: état \uD83D\uDC0A";

    private final HttpClient client = HttpClient.newHttpClient();
    private final LiveState state = new LiveState(System::nanoTime);
    private final NoFeed feed = new NoFeed();
    private Dashboard dashboard = Dashboard.start("127.0.0.1", 0, Access.OPEN, state, feed);

    @BeforeEach
    void publish() {
        state.metrics(cumulative(null, 10, 100, 0.625));
        state.metrics(cumulative(HOSTILE, 10, 100, null));
    }

    @AfterEach
    void close() {
        dashboard.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(dashboard.address().resolve(path)).build(), BodyHandlers.ofString());
    }

    private BufferedReader stream() throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(dashboard.address().resolve("/api/stream"))
                        .header("Accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static JsonNode nextState(BufferedReader stream) throws IOException {
        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
            if (line.startsWith("data: ")) {
                return new ObjectMapper().readTree(line.substring("data: ".length()));
            }
        }
        throw new AssertionError("the stream ended");
    }

    @Test
    void the_state_is_json_and_undefined_figures_are_absent() throws Exception {
        JsonNode series = new ObjectMapper().readTree(get("/api/state").body()).path("series");
        assertThat(series).hasSize(2);
        JsonNode overall = series.get(0).path("windows").get(0);
        assertThat(overall.path("latest").path("auc").asDouble()).isEqualTo(0.625);
        assertThat(overall.has("trend")).isFalse();
        assertThat(overall.path("curve").get(0).has("gauc")).isFalse();
        assertThat(series.get(0).has("domain")).isFalse();
        assertThat(series.get(1).path("domain").asText()).isEqualTo(HOSTILE);
        JsonNode hostile = series.get(1).path("windows").get(0).path("latest");
        assertThat(hostile.has("auc")).isFalse();
        assertThat(hostile.path("logLoss").asDouble()).isEqualTo(0.5);
    }

    @Test
    void a_stream_brings_everything_first_and_then_what_changed() throws Exception {
        try (BufferedReader stream = stream()) {
            JsonNode first = nextState(stream);
            assertThat(first.path("complete").asBoolean()).isTrue();
            assertThat(first.path("series")).hasSize(2);
            assertThat(first.path("series").get(1).path("domain").asText()).isEqualTo(HOSTILE);

            state.metrics(cumulative(null, 20, 200, 0.75));
            JsonNode news = nextState(stream);
            assertThat(news.path("complete").asBoolean()).isFalse();
            assertThat(news.path("series")).hasSize(1);
            JsonNode window = news.path("series").get(0).path("windows").get(0);
            assertThat(window.path("latest").path("auc").asDouble()).isEqualTo(0.75);
            assertThat(window.path("curve")).hasSize(1);
        }
    }

    @Test
    void many_changes_come_as_few_events() throws Exception {
        try (BufferedReader stream = stream()) {
            long version = nextState(stream).path("version").asLong();
            int changes = 20_000;
            for (int i = 1; i <= changes; i++) {
                state.metrics(cumulative(null, 20 + i, 200 + i, 0.75));
            }
            int events = 0;
            for (long seen = version; seen < version + changes; events++) {
                seen = nextState(stream).path("version").asLong();
            }
            assertThat(events).isBetween(1, 20);
        }
    }

    @Test
    void one_that_comes_again_gets_everything_again() throws Exception {
        try (BufferedReader stream = stream()) {
            nextState(stream);
        }
        state.deadLetters(4);
        try (BufferedReader stream = stream()) {
            JsonNode again = nextState(stream);
            assertThat(again.path("complete").asBoolean()).isTrue();
            assertThat(again.path("deadLetters").asLong()).isEqualTo(4);
        }
    }

    @Test
    void as_many_streams_as_are_allowed_begin_and_requests_for_none_take_no_place() throws Exception {
        for (int i = 0; i <= EventStream.MOST_CLIENTS; i++) {
            assertThat(get("/api/stream").statusCode()).isEqualTo(200); // without Accept there is no stream
        }
        HttpRequest request = HttpRequest.newBuilder(dashboard.address().resolve("/api/stream"))
                .header("Accept", "text/event-stream")
                .build();
        List<CompletableFuture<HttpResponse<InputStream>>> answers = IntStream.range(0, EventStream.MOST_CLIENTS + 20)
                .mapToObj(i -> client.sendAsync(request, BodyHandlers.ofInputStream()))
                .toList();
        List<InputStream> streams = new ArrayList<>();
        for (CompletableFuture<HttpResponse<InputStream>> answer : answers) {
            HttpResponse<InputStream> response = answer.get();
            if (response.statusCode() == 200) {
                streams.add(response.body());
            } else {
                assertThat(response.statusCode()).isEqualTo(503);
            }
        }
        assertThat(streams).hasSize(EventStream.MOST_CLIENTS);

        for (InputStream stream : streams) {
            stream.close();
        }
        await().untilAsserted(() -> {
            state.deadLetters(1); // a client that went away is noticed when something is sent to it
            stream().close();
        });
    }

    @Test
    void closing_ends_streams_and_the_feed() throws Exception {
        try (BufferedReader stream = stream()) {
            nextState(stream);
            dashboard.close();
            assertThatThrownBy(() -> nextState(stream)).isInstanceOfAny(AssertionError.class, IOException.class);
        }
        assertThat(feed.isClosed()).isTrue();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("dashboard-stream")));
    }

    @Test
    void every_answer_carries_the_security_headers() throws Exception {
        for (String path : List.of("/", "/main.js", "/api/state", "/healthz", "/no-such-page")) {
            Map<String, List<String>> headers = get(path).headers().map();
            assertThat(headers).as(path).containsEntry("x-content-type-options", List.of("nosniff"));
            assertThat(headers.get("content-security-policy"))
                    .as(path)
                    .singleElement()
                    .asString()
                    .contains("default-src 'none'", "script-src 'self'")
                    .doesNotContain("unsafe", "http:", "https:");
        }
    }

    @Test
    void the_page_and_all_it_refers_to_are_served_from_here() throws Exception {
        String page = get("/").body();
        List<String> references = Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                .matcher(page)
                .results()
                .map(m -> m.group(1))
                .toList();
        assertThat(references).contains("main.js", "style.css", "echarts/echarts.common.min.js");
        Deque<String> open = new ArrayDeque<>(references);
        Set<String> seen = new HashSet<>(references);
        while (!open.isEmpty()) {
            String path = open.pop();
            HttpResponse<String> served = get("/" + path);
            assertThat(path).doesNotContain("//");
            assertThat(served.statusCode()).as(path).isEqualTo(200);
            if (path.endsWith(".js") && !path.startsWith("echarts/")) {
                Pattern.compile("from \"([^\"]+)\"")
                        .matcher(served.body())
                        .results()
                        .map(m -> URI.create(path).resolve(m.group(1)).toString())
                        .filter(seen::add)
                        .forEach(open::add);
            }
        }
        assertThat(seen).contains("pages/overview.js", "store.js");
    }

    @Test
    void it_says_that_it_is_well_and_not_ready_before_kafka_has_answered() throws Exception {
        assertThat(get("/healthz").body()).isEqualTo("ok");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("Kafka has not answered yet");
    }

    @Test
    void a_port_in_use_is_named_with_the_option_to_change_it() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LiveState unused = new LiveState(System::nanoTime);
            assertThatThrownBy(
                            () -> Dashboard.start("127.0.0.1", taken.getLocalPort(), Access.OPEN, unused, new NoFeed())
                                    .close())
                    .isInstanceOf(DashboardStartException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("in use")
                    .hasMessageContaining("--dashboard-port");
        }
    }

    @Test
    void kafka_properties_that_cannot_work_stop_it_and_free_the_port() throws IOException {
        int port = freePort();
        DashboardOptions options = DashboardOptions.local(port, "no port here", Topics.withPrefix(""));
        assertThatThrownBy(() -> Dashboard.start(options).close())
                .isInstanceOf(DashboardStartException.class)
                .hasMessageContaining("no port here")
                .hasMessageContaining("--bootstrap-servers");
        dashboard.close();
        dashboard = Dashboard.start("127.0.0.1", port, Access.OPEN, new LiveState(System::nanoTime), new NoFeed());
        assertThat(dashboard.address()).hasPort(port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
