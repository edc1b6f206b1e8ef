package io.caiman.dashboard;

import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;

/**
 * How the dashboard is guarded.
 *
 * @param accounts who may look; empty: whoever reaches the address
 * @param tls what it proves itself with; empty: plain HTTP
 */
record Access(Optional<Accounts> accounts, Optional<SSLContext> tls) {

    /** Without a login, over plain HTTP. */
    static final Access OPEN = new Access(Optional.empty(), Optional.empty());

    /**
     * What is in these files.
     *
     * @param htpasswd names and bcrypt hashes
     * @param certificate a chain of certificates, its own first, as PEM
     * @param key the certificate's private key, not encrypted, as PEM
     * @throws IllegalArgumentException naming the option whose file is missing or not what was expected
     */
    static Access read(Optional<Path> htpasswd, Optional<Path> certificate, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "--tls-certificate and --tls-key belong together: give both for HTTPS, or neither for plain HTTP");
        }
        return new Access(htpasswd.map(Accounts::read), certificate.map(file -> tls(file, key.orElseThrow())));
    }

    private static SSLContext tls(Path certificate, Path key) {
        try {
            return SSLFactory.builder()
                    .withIdentityMaterial(PemUtils.loadIdentityMaterial(certificate, key))
                    .build()
                    .getSslContext();
        } catch (RuntimeException e) { // of several kinds, by what is wrong with the files
            throw new IllegalArgumentException(
                    "--tls-certificate %s and --tls-key %s are not a certificate and its private key as PEM: %s"
                            .formatted(certificate, key, e.getMessage()),
                    e);
        }
    }
}
