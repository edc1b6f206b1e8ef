package io.caiman.schemas;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.utils.SecurityUtils;

/**
 * Whether a Kafka cluster lets a client in, and do what it has to: asked once, so that wrong credentials and missing rights end a
 * program before it starts. Kafka's clients would try again and again, and a job would fail again and again.
 */
public final class KafkaAccess {

    private static final int ANSWER_WITHIN_MILLIS = 5_000;

    /** Of a member that no group has, and of a transactional id that no producer has. */
    private static final String NOBODY = "access-check";

    private final Map<String, Object> properties;

    /** The properties with what they refer to. */
    private final AdminClientConfig client;

    private final SecurityProtocol protocol;

    private KafkaAccess(Map<String, Object> properties) {
        this.properties = properties;
        this.client = new AdminClientConfig(properties);
        this.protocol = SecurityProtocol.forName(client.getString(AdminClientConfig.SECURITY_PROTOCOL_CONFIG));
    }

    /**
     * Connects, and asks for each right. A cluster that does not answer within 5 s is not complained of: it may come, and who
     * needs it waits for it. Nor is a topic that is not there, or a cluster that does not tell of rights.
     *
     * <p>Brokers do not tell of rights to groups and transactional ids as such. So a member that is none leaves the group, which
     * changes nothing, and the transactional id {@code PREFIX-access-check} is initialized, which brokers forget after a week.
     *
     * @param properties of a Kafka client, {@code bootstrap.servers} among them
     * @param needed what the client will do
     * @throws IllegalArgumentException if no client can be made of the properties, or the cluster refuses it, naming the
     *     option, the properties to check and never their values; or if rights are missing, naming them, whose they are, and the
     *     commands that give them
     */
    public static void check(Map<String, ?> properties, Collection<KafkaRight> needed) throws InterruptedException {
        Map<String, Object> patient = new HashMap<>(properties);
        patient.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        patient.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        try {
            new KafkaAccess(patient).check(needed);
        } catch (KafkaException e) {
            throw new IllegalArgumentException(
                    "--bootstrap-servers and --command-config do not make a Kafka client: %s; mend them"
                            .formatted(innermost(e)),
                    e);
        }
    }

    private void check(Collection<KafkaRight> needed) throws InterruptedException {
        boolean speaksTls = protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL;
        if (!speaksTls) {
            // Before Kafka's own client takes a TLS alert for the length of an answer, and makes an array of 350 MB.
            requireNone(Listener.TLS, "speaks TLS, and this client does not", "SSL or SASL_SSL");
        }
        try (Admin admin = Admin.create(properties)) {
            admin.describeCluster().nodes().get();
            List<KafkaRight> missing = missing(admin, needed);
            if (!missing.isEmpty()) {
                throw new IllegalArgumentException(remedy(missing));
            }
        } catch (ExecutionException e) {
            if (speaksTls) {
                requireNone(Listener.CLEAR, "does not speak TLS, and this client does", "PLAINTEXT or SASL_PLAINTEXT");
            }
            if (e.getCause() instanceof AuthenticationException refused) {
                throw new IllegalArgumentException(
                        "--command-config: Kafka at %s refuses this client: %s; %s"
                                .formatted(servers(), refused.getMessage(), remedy(refused)),
                        e);
            }
            if (e.getCause() instanceof TimeoutException && wantsLogin()) {
                throw new IllegalArgumentException(
                        "--bootstrap-servers: Kafka at %s asks for a login (SASL), and this client gives none (security.protocol is %s): set security.protocol to SASL_%s, sasl.mechanism and sasl.jaas.config in --command-config, or name another listener"
                                .formatted(servers(), protocol, protocol),
                        e);
            }
        }
    }

    /** Whether a client that gives no login is left without an answer because it gives none: one that gives any is refused. */
    private boolean wantsLogin() throws InterruptedException {
        if (protocol == SecurityProtocol.SASL_PLAINTEXT || protocol == SecurityProtocol.SASL_SSL) {
            return false;
        }
        Map<String, Object> anyLogin = new HashMap<>(properties);
        anyLogin.put(AdminClientConfig.SECURITY_PROTOCOL_CONFIG, "SASL_" + protocol);
        anyLogin.put(SaslConfigs.SASL_MECHANISM, "PLAIN");
        anyLogin.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                "%s required username=\"%s\" password=\"%s\";"
                        .formatted(PlainLoginModule.class.getName(), NOBODY, NOBODY));
        try (Admin admin = Admin.create(anyLogin)) {
            admin.describeCluster().nodes().get();
            return true;
        } catch (ExecutionException e) {
            return e.getCause() instanceof SaslAuthenticationException
                    || e.getCause() instanceof UnsupportedSaslMechanismException;
        }
    }

    private void requireNone(Listener refused, String what, String protocols) {
        for (InetSocketAddress server : ClientUtils.parseAndValidateAddresses(client)) {
            Listener listener = Listener.of(server);
            if (listener == refused) {
                throw new IllegalArgumentException(
                        "--bootstrap-servers: %s %s (security.protocol is %s): set security.protocol to %s in --command-config, or name another listener"
                                .formatted(server.getHostString() + ':' + server.getPort(), what, protocol, protocols));
            }
            if (listener != Listener.UNKNOWN) {
                return;
            }
        }
    }

    private static List<KafkaRight> missing(Admin admin, Collection<KafkaRight> needed) throws InterruptedException {
        Map<KafkaRight, KafkaFuture<Boolean>> answers = new LinkedHashMap<>();
        needed.forEach(right -> answers.put(right, ask(admin, right)));
        List<KafkaRight> missing = new ArrayList<>();
        for (Map.Entry<KafkaRight, KafkaFuture<Boolean>> answer : answers.entrySet()) {
            if (!isAllowed(answer.getValue())) {
                missing.add(answer.getKey());
            }
        }
        return missing;
    }

    private static KafkaFuture<Boolean> ask(Admin admin, KafkaRight right) {
        return switch (right.kind()) {
            case READ_TOPIC, WRITE_TOPIC ->
                admin.describeTopics(
                                List.of(right.name()), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .allTopicNames()
                        .thenApply(topics -> topics.values().stream()
                                .allMatch(topic -> allows(topic, right.kind().operation())));
            case COMMIT_AS_GROUP ->
                admin.removeMembersFromConsumerGroup(
                                right.name(),
                                new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove(NOBODY))))
                        .all()
                        .thenApply(nothing -> true);
            case ASK_ABOUT_GROUP ->
                admin.listConsumerGroupOffsets(right.name())
                        .partitionsToOffsetAndMetadata()
                        .thenApply(offsets -> true);
            case WRITE_IN_TRANSACTIONS ->
                admin.fenceProducers(Set.of(right.name() + "-" + NOBODY)).all().thenApply(nothing -> true);
        };
    }

    /** Whether a right is among those that are told; who may describe a topic and is told of no right is not told of them. */
    private static boolean allows(TopicDescription topic, AclOperation operation) {
        Set<AclOperation> told = topic.authorizedOperations();
        return told == null || told.isEmpty() || told.contains(operation) || told.contains(AclOperation.ALL);
    }

    /** Whether it is not refused: what else goes wrong is not about rights. */
    private static boolean isAllowed(KafkaFuture<Boolean> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            return !(e.getCause() instanceof AuthorizationException);
        }
    }

    private String remedy(List<KafkaRight> missing) {
        Optional<KafkaPrincipal> user = KafkaUser.of(protocol, client.values());
        Map<String, List<String>> operations = missing.stream()
                .collect(Collectors.groupingBy(
                        KafkaRight::resource,
                        LinkedHashMap::new,
                        Collectors.mapping(
                                right ->
                                        SecurityUtils.operationName(right.kind().operation()),
                                Collectors.toList())));
        return Stream.concat(
                        Stream.of(
                                "--command-config: Kafka at %s does not allow %s all that is needed. An administrator allows it by"
                                        .formatted(
                                                servers(),
                                                user.map(KafkaPrincipal::toString)
                                                        .orElse("this client's user"))),
                        operations.entrySet().stream()
                                .map(resource ->
                                        "  kafka-acls.sh --bootstrap-server %s --add --allow-principal '%s' %s --%s"
                                                .formatted(
                                                        servers(),
                                                        user.map(KafkaPrincipal::toString)
                                                                .orElse("User:..."),
                                                        resource.getValue().stream()
                                                                .map(operation -> "--operation " + operation)
                                                                .collect(Collectors.joining(" ")),
                                                        resource.getKey())))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String remedy(AuthenticationException refused) {
        return refused instanceof SslAuthenticationException
                ? "check that ssl.truststore.* has the authority that signed the brokers' certificates, that these are for the"
                        + " name in --bootstrap-servers, and that ssl.keystore.* has a certificate that the brokers trust"
                : "check user name and password in sasl.jaas.config, and sasl.mechanism; the cluster has to know the user";
    }

    private String servers() {
        return String.join(",", client.getList(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    private static String innermost(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
