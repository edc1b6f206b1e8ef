package io.caiman.jobs.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.GlobalConfiguration;

/** Settings as they are given, keys with texts: only keys that mean something, and no secret but by reference. */
final class Settings {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]+)}");

    /** No secret, whatever the key is called: security.delegation.tokens.enabled. */
    private static final Pattern SWITCH = Pattern.compile("(?i)true|false");

    private Settings() {}

    /**
     * The settings of a file in YAML: {@code a.b: 1} and {@code a: {b: 1}} are the same, elements of a list are put together with
     * commas.
     *
     * @throws IllegalArgumentException if it cannot be read, or for what {@link #of} complains of
     */
    static Map<String, String> read(Path file) {
        Map<String, String> settings = new LinkedHashMap<>();
        try {
            JsonNode root = YAML.readTree(Files.readString(file));
            if (root.isObject()) {
                flatten("", root, settings);
            } else if (!root.isMissingNode() && !root.isNull()) {
                throw new IllegalArgumentException("--conf: %s is no map: expected lines KEY: VALUE".formatted(file));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "--conf: %s is no YAML (%s): mend it".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--conf: %s cannot be read (%s): expected a file of lines KEY: VALUE; check the path"
                            .formatted(file, e),
                    e);
        }
        return of("--conf " + file, settings);
    }

    /**
     * The settings with every reference replaced by what it refers to.
     *
     * @param source names in messages where they were given
     * @throws IllegalArgumentException if a key is not known, a secret is not given by reference, or a reference leads nowhere; no
     *     message has a secret
     */
    static Map<String, String> of(String source, Map<String, String> settings) {
        Map<String, String> resolved = new LinkedHashMap<>();
        settings.forEach((key, value) -> {
            KnownKeys.check(source, key);
            if (GlobalConfiguration.isSensitive(key)
                    && !SWITCH.matcher(value).matches()
                    && !REFERENCE.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "%s: %s is a secret and stands there itself: write ${env:NAME} or ${file:PATH}, where the value is"
                                .formatted(source, key));
            }
            resolved.put(key, resolve(source, key, value));
        });
        return resolved;
    }

    private static String resolve(String source, String key, String value) {
        Matcher references = REFERENCE.matcher(value);
        return references.replaceAll(reference -> Matcher.quoteReplacement(
                reference.group(1).equals("env")
                        ? variable(source, key, reference.group(2))
                        : content(source, key, Path.of(reference.group(2)))));
    }

    private static String variable(String source, String key, String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "%s: %s is of the environment variable %s, which is not set: set it".formatted(source, key, name));
        }
        return value;
    }

    private static String content(String source, String key, Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s: %s is in the file %s, which cannot be read (%s): check path and rights"
                            .formatted(source, key, file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> settings) {
        node.properties().forEach(property -> {
            String key = prefix + property.getKey();
            JsonNode value = property.getValue();
            if (value.isObject()) {
                flatten(key + ".", value, settings);
            } else if (settings.put(key, text(value)) != null) {
                throw new IllegalArgumentException("--conf: %s is there twice: leave out one".formatted(key));
            }
        });
    }

    private static String text(JsonNode value) {
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(","))
                : value.asText();
    }
}
