package io.caiman.schemas;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/** Whether a Kafka cluster lets a client in. */
public final class KafkaAccess {

    private static final int ANSWER_WITHIN_MILLIS = 5_000;

    private KafkaAccess() {}

    /**
     * Connects once, so that wrong credentials end a program before it starts; Kafka's clients would try them again and again. A
     * cluster that does not answer within 5 s is not complained of: it may come, and who needs it waits for it.
     *
     * @param client properties of a Kafka client, {@code bootstrap.servers} among them
     * @throws IllegalArgumentException if no client can be made of the properties, or the cluster refuses it, naming the
     *     option, the properties to check and never their values
     */
    public static void check(Map<String, ?> client) throws InterruptedException {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MILLIS);
        try (Admin admin = Admin.create(properties)) {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthenticationException refused) {
                throw new IllegalArgumentException(
                        "--command-config: Kafka at %s refuses this client: %s; %s"
                                .formatted(
                                        properties.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
                                        refused.getMessage(),
                                        remedy(refused)),
                        e);
            }
        } catch (KafkaException e) {
            throw new IllegalArgumentException(
                    "--bootstrap-servers and --command-config do not make a Kafka client: %s; mend them"
                            .formatted(innermost(e)),
                    e);
        }
    }

    private static String remedy(AuthenticationException refused) {
        return refused instanceof SslAuthenticationException
                ? "check that ssl.truststore.* has the authority that signed the brokers' certificates, that these are for the"
                        + " name in --bootstrap-servers, and that ssl.keystore.* has a certificate that the brokers trust"
                : "check user name and password in sasl.jaas.config, and sasl.mechanism; the cluster has to know the user";
    }

    private static String innermost(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
