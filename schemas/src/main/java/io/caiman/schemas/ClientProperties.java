package io.caiman.schemas;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** What a Kafka client needs beyond its brokers, such as the settings of TLS and SASL. */
public final class ClientProperties {

    private ClientProperties() {}

    /**
     * The properties of a file in Java's properties format, the one that Kafka's own tools take as {@code --command-config}.
     *
     * @throws IllegalArgumentException if it cannot be read, naming the option, the file and what was expected
     */
    public static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--command-config: %s cannot be read (%s): expected a file of lines key=value; check path and contents"
                            .formatted(file, e),
                    e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }
}
