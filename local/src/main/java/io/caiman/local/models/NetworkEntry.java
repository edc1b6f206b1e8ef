package io.caiman.local.models;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.PlugIn;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.zoo.Network;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.text.WordUtils;

/**
 * A network of the registry, as a spec makes it.
 *
 * @param name what a spec calls it
 * @param paper where it was published
 * @param description what it is, in a line
 * @param embeddingSets how many embedding sets it takes, in words
 * @param sets how many of them with this spec
 * @param prior whether it reads prior embeddings
 * @param keys the keys of {@link NetworkKey} it reads, options one by one, with this spec's values
 * @param plugIns what can be plugged into it, by the keys of a spec
 * @param denseWeights weights besides those of rows, plug-ins of the spec included
 */
record NetworkEntry(
        String name,
        String paper,
        String description,
        String embeddingSets,
        int sets,
        boolean prior,
        Map<String, JsonNode> keys,
        List<String> plugIns,
        long denseWeights) {

    private static final int COLUMNS = 100;
    private static final int LABEL = 16;

    /** The head of a table whose rows are {@link #markdown()}. */
    static final List<String> MARKDOWN_HEAD = List.of(
            "| name | what it is | paper | embedding sets | prior | keys | dense weights |",
            "|---|---|---|---|---|---|---:|");

    static NetworkEntry of(ModelSpec spec) {
        NetworkKind network = spec.network();
        return new NetworkEntry(
                network.key(),
                network.paper(),
                network.description(),
                network.sets().words(),
                spec.embeddingSets(),
                spec.readsPrior(),
                keys(spec),
                network.plugIns().stream().map(PlugIn::path).toList(),
                Network.of(spec).layout().slices().stream()
                        .mapToLong(DenseLayout.Slice::length)
                        .sum());
    }

    private static Map<String, JsonNode> keys(ModelSpec spec) {
        try {
            JsonNode whole = SpecKeys.YAML.readTree(SpecReader.write(spec));
            Map<String, JsonNode> keys = new LinkedHashMap<>();
            for (NetworkKey key : spec.network().keys()) {
                if (key != NetworkKey.OPTIONS) {
                    keys.put(
                            key.path(),
                            whole.at(JsonPointer.compile("/" + key.path().replace('.', '/'))));
                }
            }
            whole.path("options")
                    .properties()
                    .forEach(option -> keys.put("options." + option.getKey(), option.getValue()));
            return keys;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a spec that was written cannot be read", e);
        }
    }

    /** For a terminal of 100 columns. */
    List<String> text() {
        List<String> lines = new ArrayList<>();
        String weights = String.format(Locale.ROOT, "%,d dense weights", denseWeights);
        lines.add(name + " ".repeat(COLUMNS - name.length() - weights.length()) + weights);
        lines.addAll(labelled("what it is", description));
        lines.addAll(labelled("paper", paper));
        String number = sets == 1 ? "1 set" : sets + " sets";
        String words = embeddingSets.equals("1") ? "" : " (" + embeddingSets.replace("`", "") + ")";
        lines.addAll(labelled("embeddings", number + words + (prior ? ", and prior ones for the gates" : "")));
        if (!keys.isEmpty()) {
            lines.addAll(labelled(
                    "keys",
                    keys.entrySet().stream()
                            .map(key -> key.getKey() + "="
                                    + key.getValue().toString().replace("\"", ""))
                            .collect(Collectors.joining(" "))));
        }
        if (!plugIns.isEmpty()) {
            lines.addAll(labelled("plug-ins", String.join(" ", plugIns)));
        }
        return lines;
    }

    private static List<String> labelled(String label, String text) {
        List<String> wrapped =
                WordUtils.wrap(text, COLUMNS - LABEL, "\n", true).lines().toList();
        List<String> lines = new ArrayList<>();
        for (int line = 0; line < wrapped.size(); line++) {
            lines.add(String.format(
                    Locale.ROOT, "  %-" + (LABEL - 2) + "s%s", line == 0 ? label : "", wrapped.get(line)));
        }
        return lines;
    }

    /** A row of the table in {@code docs/models.md}. */
    String markdown() {
        return String.format(
                Locale.ROOT,
                "| `%s` | %s | %s | %s | %s | %s | %,d |",
                name,
                description,
                paper,
                embeddingSets,
                prior ? "yes" : "",
                keys.keySet().stream()
                        .filter(key -> !key.equals(NetworkKey.EMBEDDING_DIMENSION.path()))
                        .map(key -> "`" + key + "`")
                        .collect(Collectors.joining(", ")),
                denseWeights);
    }
}
