package io.caiman.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaAccessTest {

    private static final String NOBODY = "127.0.0.1:1";
    private static final List<KafkaRight> EVERY_KIND = Arrays.stream(KafkaRight.Kind.values())
            .map(kind -> new KafkaRight(kind, "x"))
            .toList();

    @Test
    void a_cluster_that_does_not_answer_may_come() {
        assertThatCode(() -> KafkaAccess.check(Map.of("bootstrap.servers", NOBODY), EVERY_KIND))
                .doesNotThrowAnyException();
    }

    @Test
    void properties_that_make_no_client_are_told_with_their_options_and_without_secrets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KafkaAccess.check(
                        Map.of(
                                "bootstrap.servers",
                                NOBODY,
                                "security.protocol",
                                "SASL_SSL",
                                "sasl.mechanism",
                                "SCRAM-SHA-512",
                                "sasl.jaas.config",
                                "no.such.Module required username=\"ana\" password=\"hunter2\";"),
                        EVERY_KIND))
                .withMessageContainingAll("--bootstrap-servers", "--command-config", "no.such.Module")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }
}
