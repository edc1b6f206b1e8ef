package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthEndpointTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong passedOn = new AtomicLong();
    private final HealthEndpoint health = new HealthEndpoint(
            new ReplayListener() {
                @Override
                public void progress(ReplayProgress progress) {
                    passedOn.set(progress.sent());
                }
            },
            "127.0.0.1",
            0,
            nanos::get);

    @AfterEach
    void close() {
        health.close();
    }

    @Test
    void a_replay_is_well_while_it_moves_and_says_where_it_is() throws Exception {
        pass(Duration.ofSeconds(50));
        sent(1_000);
        pass(Duration.ofSeconds(50));
        HttpResponse<String> answer = ask();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("1,000 impressions sent", "event time 1970-01-01T00:00:07Z");
        assertThat(passedOn).hasValue(1_000);
    }

    @Test
    void a_replay_that_nothing_moves_in_for_a_minute_is_not_well_until_it_goes_on() throws Exception {
        sent(1_000);
        pass(Duration.ofSeconds(61));
        assertThat(ask().statusCode()).isEqualTo(503);
        assertThat(ask().body()).contains("nothing has moved for 61 s", "1,000 impressions sent");
        sent(1_001);
        assertThat(ask().statusCode()).isEqualTo(200);
    }

    @Test
    void waiting_for_what_is_not_due_yet_is_no_standstill() throws Exception {
        health.waiting(Duration.ofHours(1));
        pass(Duration.ofMinutes(61));
        assertThat(ask().statusCode()).isEqualTo(200);
        pass(Duration.ofSeconds(1));
        assertThat(ask().statusCode()).isEqualTo(503);
    }

    @Test
    void a_port_in_use_is_named_with_its_option() {
        assertThatThrownBy(() -> new HealthEndpoint(
                        ReplayListener.SILENT, "127.0.0.1", health.address().getPort(), nanos::get))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("--health-port")
                .hasMessageContaining("port " + health.address().getPort());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void sent(long impressions) {
        health.progress(
                new ReplayProgress(impressions, OptionalLong.empty(), impressions, 0, 0, 7_000, OptionalLong.empty()));
    }

    private HttpResponse<String> ask() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(health.address()).build(), BodyHandlers.ofString());
    }
}
