package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class AccessTest {

    private static final String PASSWORD = "croc:odile \u00e9";
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    private Path htpasswd() throws IOException {
        String hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(4, PASSWORD.toCharArray());
        return Files.writeString(folder.resolve("htpasswd"), "# who may look\n\nana:" + hash + "\n");
    }

    private static Dashboard start(Access access) {
        return Dashboard.start("127.0.0.1", 0, access, new LiveState(System::nanoTime), new NoFeed());
    }

    private static Access read(Optional<Path> htpasswd, Optional<Path> certificate, Optional<Path> key) {
        return Access.read(htpasswd, certificate, key);
    }

    private static HttpResponse<String> get(HttpClient client, Dashboard dashboard, String path, Optional<String> login)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(dashboard.address().resolve(path));
        login.flatMap(AccessTest::login).ifPresent(header -> request.header("Authorization", header));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void with_accounts_everything_but_the_health_check_asks_for_a_name_and_its_password() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (Dashboard dashboard = start(read(Optional.of(htpasswd()), Optional.empty(), Optional.empty()))) {
            for (String path : new String[] {"/", "/api/state", "/api/stream", "/api/health?model=m", "/main.js"}) {
                HttpResponse<String> refused = get(client, dashboard, path, Optional.empty());
                assertThat(refused.statusCode()).as(path).isEqualTo(401);
                assertThat(refused.headers().firstValue("www-authenticate"))
                        .hasValue("Basic realm=\"Caiman\", charset=\"UTF-8\"");
                assertThat(refused.headers().firstValue("content-security-policy"))
                        .isPresent();
            }
            assertThat(get(client, dashboard, "/healthz", Optional.empty()).statusCode())
                    .isEqualTo(200);
            for (String wrong :
                    new String[] {"ana:crocodile", "ana:" + "x".repeat(100), "bob:" + PASSWORD, "ana", ""}) {
                assertThat(get(client, dashboard, "/", Optional.of(wrong)).statusCode())
                        .as(wrong)
                        .isEqualTo(401);
            }
            for (int again = 0; again < 2; again++) {
                assertThat(get(client, dashboard, "/", Optional.of("ana:" + PASSWORD))
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(get(client, dashboard, "/", Optional.of("ana:wrong")).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void of_a_long_password_the_first_72_bytes_count_as_other_programs_have_it() throws IOException {
        // crypt('a' * 100, '$2y$04$abcdefghijklmnopqrstuu') of libxcrypt
        Accounts accounts = Accounts.read(Files.writeString(
                folder.resolve("long"), "ana:$2y$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe\n"));
        assertThat(accounts.admit(login("ana:" + "a".repeat(100)))).isTrue();
        assertThat(accounts.admit(login("ana:" + "a".repeat(72)))).isTrue();
        assertThat(accounts.admit(login("ana:" + "a".repeat(71)))).isFalse();
        assertThat(accounts.admit(login("ana:" + "b".repeat(100)))).isFalse();
    }

    private static Optional<String> login(String given) {
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(given.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_header_that_is_no_login_is_refused() throws IOException {
        Accounts accounts = Accounts.read(htpasswd());
        for (String header : new String[] {"", "Basic", "Basic ", "Basic ???", "Bearer abc"}) {
            assertThat(accounts.admit(Optional.of(header))).as(header).isFalse();
        }
    }

    @Test
    void a_file_without_bcrypt_hashes_is_refused_by_line_without_telling_what_it_holds() throws IOException {
        Path file = Files.writeString(folder.resolve("weak"), "ana:{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=\n");
        assertThatThrownBy(() -> Accounts.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--htpasswd")
                .hasMessageContaining("line 1")
                .hasMessageContaining("htpasswd -B")
                .hasMessageNotContaining("nU4e");
        Path empty = Files.writeString(folder.resolve("empty"), "# nobody\n");
        assertThatThrownBy(() -> Accounts.read(empty)).hasMessageContaining("names nobody");
        assertThatThrownBy(() -> Accounts.read(folder.resolve("none"))).hasMessageContaining("cannot be read");
    }

    @Test
    void with_a_certificate_it_answers_over_tls_only() throws Exception {
        KeyStore store = newKeyStore();
        Path certificate = pem("CERTIFICATE", store.getCertificate("caiman").getEncoded());
        Path key = pem("PRIVATE KEY", store.getKey("caiman", STORE_PASSWORD).getEncoded());
        try (Dashboard dashboard = start(read(Optional.empty(), Optional.of(certificate), Optional.of(key)))) {
            assertThat(dashboard.address()).hasScheme("https");
            HttpClient client =
                    HttpClient.newBuilder().sslContext(trusting(store)).build();
            assertThat(get(client, dashboard, "/healthz", Optional.empty()).body())
                    .isEqualTo("ok");
            HttpRequest plain = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + dashboard.address().getPort() + "/healthz"))
                    .build();
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(plain, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_certificate_without_its_key_or_files_that_are_no_pem_are_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no certificate");
        assertThatThrownBy(() -> read(Optional.empty(), Optional.of(file), Optional.empty()))
                .hasMessageContaining("belong together");
        assertThatThrownBy(() -> read(Optional.empty(), Optional.of(file), Optional.of(file)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--tls-certificate")
                .hasMessageContaining(file.toString());
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> read(Optional.empty(), Optional.of(missing), Optional.of(missing)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing.toString());
    }

    private KeyStore newKeyStore() throws Exception {
        Path file = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "caiman",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        String.valueOf(STORE_PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return KeyStore.getInstance(file.toFile(), STORE_PASSWORD);
    }

    private Path pem(String what, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(what.replace(' ', '-') + ".pem"),
                "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private static SSLContext trusting(KeyStore store) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("caiman", store.getCertificate("caiman"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
