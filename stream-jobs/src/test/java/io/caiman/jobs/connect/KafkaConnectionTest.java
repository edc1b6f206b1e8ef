package io.caiman.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaConnectionTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost:9092", "a:1,b:2", "a:1, b:2", "[::1]:9092", "10.0.0.1:65535"})
    void servers_are_host_and_port(String servers) {
        assertThat(KafkaConnection.to(servers).properties()).containsEntry("bootstrap.servers", servers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:", ":9092", "a:1,", "a:70000", "a b:1"})
    void anything_else_is_refused_with_what_was_expected(String servers) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KafkaConnection.to(servers))
                .withMessageContaining("\"" + servers + "\"")
                .withMessageContaining("host:port");
    }

    @Test
    void further_properties_reach_the_clients() {
        assertThat(new KafkaConnection("a:1", Map.of("security.protocol", "SASL_SSL")).properties())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("bootstrap.servers", "a:1");
    }

    @Test
    void a_property_that_exactly_once_depends_on_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KafkaConnection("a:1", Map.of("isolation.level", "read_uncommitted")))
                .withMessageContaining("isolation.level");
    }

    @Test
    void secrets_do_not_show_in_its_text() {
        assertThat(new KafkaConnection("a:1", Map.of("sasl.jaas.config", "password=hunter2")))
                .asString()
                .contains("sasl.jaas.config")
                .doesNotContain("hunter2");
    }

    @Test
    void a_transaction_timeout_of_nothing_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Delivery.exactlyOnce("training", Duration.ZERO))
                .withMessageContaining("PT0S");
    }
}
