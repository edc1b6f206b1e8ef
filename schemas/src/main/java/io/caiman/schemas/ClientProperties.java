package io.caiman.schemas;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/** What a Kafka client needs beyond its brokers, such as the settings of TLS and SASL. */
public final class ClientProperties {

    private static final String PROVIDERS = "config.providers";

    /** As no file would name its own. */
    private static final String THIS_FILE = "caimanfile";

    private static final Set<String> SECRETS = Stream.of(
                    AdminClientConfig.configDef(), ConsumerConfig.configDef(), ProducerConfig.configDef())
            .flatMap(definition -> definition.configKeys().values().stream())
            .filter(key -> key.type() == ConfigDef.Type.PASSWORD)
            .map(key -> key.name)
            .collect(Collectors.toUnmodifiableSet());

    /** Those of somebody's own classes, which Kafka does not know. */
    private static final Pattern LIKE_A_SECRET = Pattern.compile("(?i).*(password|secret).*");

    /** What Kafka replaces: the name of a provider, and what it is to give. */
    private static final String REFERENCE = "\\$\\{[^{}:]+:[^{}]*}";

    private static final Pattern HAS_REFERENCE = Pattern.compile(REFERENCE);

    /** An option of a login module that is a secret and no reference. */
    private static final Pattern PLAIN_OPTION =
            Pattern.compile("(?i)(password|secret)\\w*\\s*=\\s*+(?!([\"']?)" + REFERENCE + "\\2([\\s;]|$))");

    private ClientProperties() {}

    /**
     * The properties of a file in Java's properties format, the one that Kafka's own tools take as {@code --command-config}.
     *
     * <p>Secrets are not among them: for each there is a reference to the file, which every client follows by itself (Kafka's
     * {@code FileConfigProvider}). So who prints, logs or sends the properties has no secret, and whoever makes a client of them
     * needs the file at the same path. {@code ${env:NAME}} is what an environment variable has, where the file names no {@code
     * config.providers} of its own. A secret that the file gives so stays a reference.
     *
     * @throws IllegalArgumentException if it cannot be read, or a secret is a reference in part; naming the option, the file and
     *     what was expected
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
        Map<String, String> read = new LinkedHashMap<>();
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            String value = properties.getProperty(name);
            boolean secret =
                    SECRETS.contains(name) || LIKE_A_SECRET.matcher(name).matches();
            if (!secret || isReference(name, value)) {
                read.put(name, value);
            } else if (HAS_REFERENCE.matcher(value).find()) {
                throw new IllegalArgumentException(
                        "--command-config: %s: %s is in part a reference and in part a secret that stands there: expected one or the other; make the secret a reference too, such as ${env:NAME}"
                                .formatted(file, name));
            } else {
                read.put(name, "${%s:%s:%s}".formatted(THIS_FILE, file.toAbsolutePath(), name));
            }
        }
        addProviders(read);
        return read;
    }

    /** Whether a secret is not in its value; login modules have options besides it. */
    private static boolean isReference(String name, String value) {
        return name.equals(SaslConfigs.SASL_JAAS_CONFIG)
                ? HAS_REFERENCE.matcher(value).find()
                        && !PLAIN_OPTION.matcher(value).find()
                : value.matches(REFERENCE);
    }

    private static void addProviders(Map<String, String> properties) {
        Set<String> providers = new TreeSet<>();
        if (properties.containsKey(PROVIDERS)) {
            providers.add(properties.get(PROVIDERS));
        } else if (properties.values().stream().anyMatch(value -> value.contains("${env:"))) {
            providers.add("env");
            properties.put(PROVIDERS + ".env.class", EnvVarConfigProvider.class.getName());
        }
        if (properties.values().stream().anyMatch(value -> value.startsWith("${" + THIS_FILE))) {
            providers.add(THIS_FILE);
            properties.put(PROVIDERS + "." + THIS_FILE + ".class", FileConfigProvider.class.getName());
        }
        if (!providers.isEmpty()) {
            properties.put(PROVIDERS, String.join(",", providers));
        }
    }
}
