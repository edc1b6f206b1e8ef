package io.caiman.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPropertiesTest {

    @TempDir
    Path directory;

    @Test
    void lines_are_read_as_kafkas_own_tools_read_them() throws IOException {
        Path file = Files.writeString(
                directory.resolve("client.properties"), "# TLS\nsecurity.protocol = SASL_SSL\nretries:3\n");
        assertThat(ClientProperties.read(file)).isEqualTo(Map.of("security.protocol", "SASL_SSL", "retries", "3"));
    }

    @Test
    void a_secret_is_read_by_each_client_from_the_file_and_is_not_among_the_properties() throws IOException {
        Path file = Files.writeString(directory.resolve("client.properties"), """
                security.protocol=SASL_SSL
                sasl.jaas.config=Login required username=\\
                  "ana" password="s3cret-1";
                ssl.key.password=s3cret-2
                my.callback.secret=s3cret-3
                """);

        Map<String, String> properties = ClientProperties.read(file);

        assertThat(properties.toString()).doesNotContain("s3cret").contains("SASL_SSL");
        AdminClientConfig client = client(properties);
        assertThat(client.getPassword("sasl.jaas.config").value())
                .isEqualTo("Login required username=\"ana\" password=\"s3cret-1\";");
        assertThat(client.getPassword("ssl.key.password").value()).isEqualTo("s3cret-2");
        assertThat(client.originals()).containsEntry("my.callback.secret", "s3cret-3");
    }

    @Test
    void what_the_file_refers_to_itself_stays_a_reference() throws IOException {
        Path own = Files.writeString(directory.resolve("own.properties"), """
                config.providers=directory
                config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
                ssl.key.password=${directory:%s:password}
                ssl.truststore.password=s3cret-4
                """.formatted(directory));
        Files.writeString(directory.resolve("password"), "s3cret-5");
        Path environment = Files.writeString(directory.resolve("env.properties"), "ssl.key.password=${env:PATH}\n");

        AdminClientConfig client = client(ClientProperties.read(own));

        assertThat(client.getPassword("ssl.key.password").value()).isEqualTo("s3cret-5");
        assertThat(client.getPassword("ssl.truststore.password").value()).isEqualTo("s3cret-4");
        assertThat(client(ClientProperties.read(environment))
                        .getPassword("ssl.key.password")
                        .value())
                .isEqualTo(System.getenv("PATH"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssl.truststore.password=s3cret${c", "ssl.key.password=${s3cret}", "my.secret=s3cret:}${"})
    void a_secret_that_looks_a_little_like_a_reference_is_a_secret(String line) throws IOException {
        Path file = Files.writeString(directory.resolve("client.properties"), line);

        Map<String, String> properties = ClientProperties.read(file);

        assertThat(properties.toString()).doesNotContain("s3cret");
        int equals = line.indexOf('=');
        assertThat(client(properties).originals()).containsEntry(line.substring(0, equals), line.substring(equals + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Login required username=\"${env:U}\" password=\"${env:P}\";",
                "Login required password = \"${env:P}\" username=\"ana\";",
                "Login required clientId=ana clientSecret=${env:P};",
                "Login required keyTab=\"${env:KEYS}\" storeKey=true;",
            })
    void a_login_whose_password_is_a_reference_stays_as_it_is(String login) throws IOException {
        Path file = Files.writeString(directory.resolve("client.properties"), "sasl.jaas.config=" + login);
        assertThat(ClientProperties.read(file)).containsEntry("sasl.jaas.config", login);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sasl.jaas.config=Login required username=\"${env:U}\" password=\"s3cret\";",
                "sasl.jaas.config=Login required username=\"${env:U}\" password=\"${env:P}s3cret\";",
                "sasl.jaas.config=Login required username=\"${env:U}\" password=s3cret;",
                "ssl.key.password=s3cret${env:P}"
            })
    void a_secret_that_is_a_reference_in_part_is_refused_and_not_told(String line) throws IOException {
        Path file = Files.writeString(directory.resolve("client.properties"), line);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientProperties.read(file))
                .withMessageStartingWith("--command-config: " + file + ": " + line.substring(0, line.indexOf('=')))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("s3cret"));
    }

    private static AdminClientConfig client(Map<String, String> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("bootstrap.servers", "localhost:9092");
        return new AdminClientConfig(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "key=\\u12"})
    void a_file_that_cannot_be_read_is_named_with_its_option(String contents) throws IOException {
        Path file = directory.resolve("client.properties");
        if (!contents.isEmpty()) {
            Files.writeString(file, contents);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientProperties.read(file))
                .withMessageStartingWith("--command-config: " + file)
                .withMessageContaining("expected a file of lines key=value");
    }
}
