package io.caiman.schemas;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/** Whom brokers take a client for. */
final class KafkaUser {

    private KafkaUser() {}

    /**
     * The principal, such as {@code User:caiman} or {@code User:CN=caiman}, unless brokers map names in a way of their own.
     *
     * @param client a client's configuration, all references resolved
     * @return empty where the properties do not tell, as with tokens and tickets
     */
    static Optional<KafkaPrincipal> of(SecurityProtocol protocol, Map<String, ?> client) {
        Optional<String> name = switch (protocol) {
            case PLAINTEXT -> Optional.of(KafkaPrincipal.ANONYMOUS.getName());
            case SSL -> Optional.of(ofCertificate(client));
            case SASL_PLAINTEXT, SASL_SSL -> ofLogin(client);
        };
        return name.map(known -> new KafkaPrincipal(KafkaPrincipal.USER_TYPE, known));
    }

    private static Optional<String> ofLogin(Map<String, ?> client) {
        return JaasContext.loadClientContext(client).configurationEntries().stream()
                .map(AppConfigurationEntry::getOptions)
                .map(options -> options.get("username"))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst();
    }

    private static String ofCertificate(Map<String, ?> client) {
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(client);
            return subject(factory.keystore());
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a key store that was loaded is not", e);
        }
    }

    private static String subject(@Nullable KeyStore keys) throws KeyStoreException {
        if (keys != null) {
            for (String alias : Collections.list(keys.aliases())) {
                if (keys.isKeyEntry(alias) && keys.getCertificate(alias) instanceof X509Certificate own) {
                    return own.getSubjectX500Principal().getName();
                }
            }
        }
        return KafkaPrincipal.ANONYMOUS.getName();
    }
}
