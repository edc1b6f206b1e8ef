package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.Topics;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicsTest {

    private static final Topics TOPICS = Topics.withPrefix("");

    @ParameterizedTest
    @EnumSource
    void topics_are_all_that_an_installation_has(Overlay overlay) {
        assertThat(overlay.manifests("KafkaTopic"))
                .extracting(Manifest::name)
                .containsExactlyInAnyOrderElementsOf(TOPICS.all());
    }

    @ParameterizedTest
    @EnumSource
    void topics_that_are_fit_for_compaction_are_compacted_and_no_other(Overlay overlay) {
        Set<String> compacted = overlay.manifests("KafkaTopic").stream()
                .filter(topic ->
                        topic.at("/spec/config/cleanup.policy").asText().equals("compact"))
                .map(Manifest::name)
                .collect(Collectors.toSet());
        assertThat(compacted).containsExactlyInAnyOrder(TOPICS.domainMetrics(), TOPICS.modelComparisons());
    }

    @ParameterizedTest
    @EnumSource
    void topics_carry_the_time_of_arrival(Overlay overlay) {
        assertThat(overlay.manifests("KafkaTopic"))
                .extracting(
                        topic -> topic.at("/spec/config/message.timestamp.type").asText())
                .containsOnly("LogAppendTime");
    }

    @ParameterizedTest
    @EnumSource
    void every_copy_of_a_topic_has_a_broker(Overlay overlay) {
        int brokers =
                overlay.manifest("KafkaNodePool", "nodes").at("/spec/replicas").asInt();
        assertThat(overlay.manifests("KafkaTopic"))
                .extracting(topic -> topic.at("/spec/replicas").asInt())
                .allMatch(copies -> copies <= brokers);
        Manifest kafka = overlay.manifest("Kafka", "caiman");
        for (String factor : List.of(
                "default.replication.factor",
                "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor",
                "min.insync.replicas",
                "transaction.state.log.min.isr")) {
            assertThat(kafka.at("/spec/kafka/config/" + factor).asInt())
                    .as(factor)
                    .isBetween(1, brokers);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rights_are_about_topics_that_are_there(Overlay overlay) {
        assertThat(overlay.manifests("KafkaUser"))
                .allSatisfy(user -> assertThat(Manifest.elements(user.at("/spec/authorization/acls")))
                        .filteredOn(acl -> acl.at("/resource/type").asText().equals("topic"))
                        .extracting(acl -> acl.at("/resource/name").asText())
                        .isSubsetOf(TOPICS.all()));
    }
}
