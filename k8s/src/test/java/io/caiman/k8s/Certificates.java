package io.caiman.k8s;

import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority as Strimzi has one, and what it signs: PEM, keys in PKCS#8. */
final class Certificates {

    private static final String AUTHORITY = "authority";
    private static final Duration VALID = Duration.ofHours(1);

    private final KeyPair keys = keys();
    private final Instant now;
    private int serial = 1;

    /** A key and the certificate for it. */
    record Signed(String certificate, String key) {}

    Certificates(Instant now) {
        this.now = now;
    }

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String authority() {
        return pem(sign(AUTHORITY, keys, true));
    }

    /** Of a server on this machine and where that name leads, or of a client. */
    Signed issue(String commonName) {
        KeyPair own = keys();
        return new Signed(pem(sign(commonName, own, false)), pkcs8(own));
    }

    private X509Certificate sign(String commonName, KeyPair own, boolean authority) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + AUTHORITY),
                            BigInteger.valueOf(serial++),
                            Date.from(now.minus(VALID)),
                            Date.from(now.plus(VALID)),
                            new X500Name("CN=" + commonName),
                            own.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                        new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                        new GeneralName(GeneralName.dNSName, commonName)
                    }));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (Exception e) { // several kinds, none of which can happen here
            throw new IllegalStateException(e);
        }
    }

    private static String pkcs8(KeyPair keys) {
        try {
            return pem(new JcaPKCS8Generator(keys.getPrivate(), null).generate());
        } catch (Exception e) { // as above
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return text.toString();
    }
}
