package io.caiman.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
