package io.caiman.local.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which values a search may give to which keys of a model spec; {@code search-space.yaml} beside this class says how one looks. */
final class SearchSpace {

    /** What is asked of a model, which is not a search's to change. */
    private static final Set<String> FIXED = Set.of("name", "seed", "task", "tasks", "chains", "domains", "network");

    private static final String REMEDY = "; search-space.yaml in module local is one to start from";

    private final String source;
    private final Map<String, ValueRange> shared;
    private final Map<NetworkKind, Map<String, ValueRange>> own;

    private SearchSpace(String source, Map<String, ValueRange> shared, Map<NetworkKind, Map<String, ValueRange>> own) {
        this.source = source;
        this.shared = shared;
        this.own = own;
    }

    /** The space that is searched unless another is named. */
    static SearchSpace standard() {
        try (InputStream resource = Objects.requireNonNull(
                SearchSpace.class.getResourceAsStream("search-space.yaml"), "search-space.yaml")) {
            return parse("search-space.yaml", new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("search-space.yaml in the jar cannot be read", e);
        }
    }

    /**
     * The space in a file.
     *
     * @throws IllegalArgumentException if it is none, naming key, value and what was expected
     */
    static SearchSpace read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--space is " + file + "; expected a YAML file that can be read: " + e + REMEDY, e);
        }
    }

    /** The space in a YAML text, which errors call by its source. */
    static SearchSpace parse(String source, String yaml) {
        JsonNode root;
        try {
            root = SpecKeys.YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s is no YAML: %s".formatted(source, e.getOriginalMessage()), e);
        }
        if (!(root instanceof ObjectNode)) {
            throw new IllegalArgumentException(
                    "%s is %s; expected the keys 'shared' and 'networks'%s".formatted(source, root, REMEDY));
        }
        root.fieldNames().forEachRemaining(name -> {
            if (!List.of("shared", "networks").contains(name)) {
                throw new IllegalArgumentException("%s: '%s' is %s; expected 'shared' and 'networks' only%s"
                        .formatted(source, name, root.get(name), REMEDY));
            }
        });
        Map<NetworkKind, Map<String, ValueRange>> own = new TreeMap<>();
        for (Map.Entry<String, JsonNode> network :
                members(source, "networks", root.path("networks")).entrySet()) {
            NetworkKind kind = kind(source + ": 'networks'", network.getKey());
            own.put(kind, ranges(source, "networks." + kind.key(), network.getValue(), Optional.of(kind)));
        }
        return new SearchSpace(source, ranges(source, "shared", root.path("shared"), Optional.empty()), own);
    }

    /**
     * The network of a name.
     *
     * @param where what names it, for the error
     */
    static NetworkKind kind(String where, String name) {
        return Arrays.stream(NetworkKind.values())
                .filter(kind -> kind.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s names '%s'; expected networks, which are %s"
                        .formatted(
                                where,
                                name,
                                Arrays.stream(NetworkKind.values())
                                        .map(NetworkKind::key)
                                        .collect(Collectors.joining(", ")))));
    }

    private static Map<String, JsonNode> members(String source, String key, JsonNode node) {
        if (!node.isMissingNode() && !(node instanceof ObjectNode)) {
            throw new IllegalArgumentException(
                    "%s: '%s' is %s; expected keys and their ranges, or {}%s".formatted(source, key, node, REMEDY));
        }
        Map<String, JsonNode> members = new TreeMap<>();
        node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        return members;
    }

    private static Map<String, ValueRange> ranges(
            String source, String where, JsonNode node, Optional<NetworkKind> network) {
        Map<String, ValueRange> ranges = new TreeMap<>();
        members(source, where, node).forEach((key, range) -> {
            String name = "%s: '%s: %s'".formatted(source, where, key);
            if (FIXED.contains(key)) {
                throw new IllegalArgumentException(
                        "%s is %s, but what a model is asked is not searched: remove it".formatted(name, range));
            }
            if (network.isPresent() && !reads(network.get(), key)) {
                throw new IllegalArgumentException(
                        "%s is %s, but network '%s' does not read it; expected of such keys %s: remove it"
                                .formatted(
                                        name,
                                        range,
                                        network.get().key(),
                                        network.get().keys().stream()
                                                .map(NetworkKey::path)
                                                .collect(Collectors.joining(", "))));
            }
            ranges.put(key, range(name, range));
        });
        return Collections.unmodifiableMap(ranges);
    }

    private static ValueRange range(String name, JsonNode node) {
        if (node instanceof ObjectNode one && one.size() == 1) {
            String kind = one.fieldNames().next();
            List<JsonNode> values = new ArrayList<>();
            one.get(kind).forEach(values::add);
            boolean bounds = values.size() == 2
                    && values.stream().allMatch(JsonNode::isNumber)
                    && values.get(0).doubleValue() <= values.get(1).doubleValue();
            if (kind.equals("choice") && one.get(kind).isArray() && !values.isEmpty()) {
                return new ValueRange.Choice(values);
            }
            if (kind.equals("uniform") && bounds) {
                return new ValueRange.Uniform(
                        values.get(0).doubleValue(), values.get(1).doubleValue());
            }
            if (kind.equals("log-uniform") && bounds && values.get(0).doubleValue() > 0) {
                return new ValueRange.LogUniform(
                        values.get(0).doubleValue(), values.get(1).doubleValue());
            }
        }
        throw new IllegalArgumentException(
                "%s is %s; expected {choice: [A, B, ...]}, {uniform: [LEAST, MOST]} or {log-uniform: [LEAST, MOST]} with LEAST above 0: say one of these, or remove the key"
                        .formatted(name, node));
    }

    private static boolean reads(NetworkKind network, String key) {
        return Arrays.stream(NetworkKey.values())
                .filter(own -> key.equals(own.path()) || key.startsWith(own.path() + "."))
                .allMatch(network::reads);
    }

    /**
     * What a network's trials try. A value depends on seed, number of trials, trial and key alone: so trial 3 of two networks has
     * the same learning rates, and none changes because something else is searched too. Each key's range is cut into as many
     * parts of the same probability as there are trials, and each trial gets another part, drawn anew for each key (a Latin
     * hypercube: McKay et al. 1979, Technometrics 21): so a few trials see all of every range.
     *
     * @param trials 1 or more
     * @return what each trial gives to which key
     */
    List<Map<String, JsonNode>> draw(NetworkKind network, long seed, int trials) {
        Map<String, ValueRange> ranges = new TreeMap<>();
        shared.forEach((key, range) -> {
            if (reads(network, key)) {
                ranges.put(key, range);
            }
        });
        ranges.putAll(own.getOrDefault(network, Map.of()));
        List<Map<String, JsonNode>> draws = new ArrayList<>();
        for (int trial = 0; trial < trials; trial++) {
            draws.add(new TreeMap<>());
        }
        ranges.forEach((key, range) -> {
            // What it gives for a seed is specified, by shuffle too.
            Random random = new Random(RowKeys.hash("%d/%s".formatted(seed, key)));
            List<Integer> parts = new ArrayList<>();
            for (int part = 0; part < trials; part++) {
                parts.add(part);
            }
            Collections.shuffle(parts, random);
            for (int trial = 0; trial < trials; trial++) {
                draws.get(trial).put(key, range.at((parts.get(trial) + random.nextDouble()) / trials));
            }
        });
        return draws;
    }

    @Override
    public String toString() {
        return source;
    }
}
