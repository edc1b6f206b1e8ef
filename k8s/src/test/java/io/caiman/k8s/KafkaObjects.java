package io.caiman.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What Strimzi's operators make of KafkaTopics and KafkaUsers. */
final class KafkaObjects {

    private KafkaObjects() {}

    /**
     * Makes the topics and gives the rights of some manifests.
     *
     * @param principal what the broker calls the user of a KafkaUser's name
     */
    static void apply(Admin admin, List<Manifest> manifests, UnaryOperator<String> principal)
            throws ExecutionException, InterruptedException {
        List<NewTopic> topics = new ArrayList<>();
        List<AclBinding> rights = new ArrayList<>();
        for (Manifest manifest : manifests) {
            if (manifest.kind().equals("KafkaTopic")) {
                topics.add(topic(manifest));
            } else if (manifest.kind().equals("KafkaUser")) {
                manifest.at("/spec/authorization/acls")
                        .forEach(acl -> rights.addAll(rights(principal.apply(manifest.name()), acl)));
            }
        }
        admin.createTopics(topics).all().get();
        admin.createAcls(rights).all().get();
    }

    private static NewTopic topic(Manifest manifest) {
        Map<String, String> config = new HashMap<>();
        manifest.at("/spec/config")
                .properties()
                .forEach(setting ->
                        config.put(setting.getKey(), setting.getValue().asText()));
        return new NewTopic(manifest.name(), manifest.at("/spec/partitions").asInt(), (short)
                        manifest.at("/spec/replicas").asInt())
                .configs(config);
    }

    /** What a rule of a KafkaUser allows. */
    static List<AclBinding> rights(String principal, JsonNode acl) {
        ResourcePattern what = new ResourcePattern(
                ResourceType.fromString(constant(acl.at("/resource/type").asText())),
                acl.at("/resource/name").asText(),
                acl.at("/resource/patternType").asText().equals("prefix") ? PatternType.PREFIXED : PatternType.LITERAL);
        return Manifest.texts(acl.path("operations")).stream()
                .map(operation -> new AclBinding(
                        what,
                        new AccessControlEntry(
                                principal, "*", AclOperation.fromString(constant(operation)), AclPermissionType.ALLOW)))
                .toList();
    }

    /** {@code describeConfigs} becomes {@code DESCRIBE_CONFIGS}. */
    private static String constant(String camelCase) {
        return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
