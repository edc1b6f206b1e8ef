package io.caiman.local.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.PlugIn;
import io.caiman.model.spec.SpecException;
import io.caiman.model.spec.SpecReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a spec's file states, before any default, so that another spec can be made of it. */
final class SpecKeys {

    static final YAMLMapper YAML = new YAMLMapper();

    private final ObjectNode keys;

    private SpecKeys(ObjectNode keys) {
        this.keys = keys;
    }

    /**
     * What a file states.
     *
     * @throws SpecException if it is no spec
     */
    static SpecKeys read(Path file) {
        SpecReader.read(file);
        try {
            return new SpecKeys((ObjectNode) YAML.readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model spec " + file, e);
        }
    }

    /** The same for another network, named after it, without the keys and plug-ins that it does not take. */
    SpecKeys of(NetworkKind network) {
        String before = keys.path("network").asText(NetworkKind.CROCODILE.key());
        SpecKeys of = with("network", TextNode.valueOf(network.key())).with("name", TextNode.valueOf(network.key()));
        for (NetworkKey key : NetworkKey.values()) {
            boolean others = key == NetworkKey.OPTIONS && !before.equals(network.key());
            if (others || !network.reads(key)) {
                of.remove(key.path());
            }
        }
        for (PlugIn plugIn : PlugIn.values()) {
            if (!network.plugIns().contains(plugIn)) {
                of.remove(plugIn.path());
            }
        }
        return of;
    }

    private void remove(String path) {
        int dot = path.lastIndexOf('.');
        JsonNode parent = dot < 0 ? keys : keys.path(path.substring(0, dot));
        if (parent instanceof ObjectNode inside) {
            inside.remove(path.substring(dot + 1));
        }
    }

    /**
     * The same with a key of another value.
     *
     * @param path of the key, a dot before what stands inside another
     */
    SpecKeys with(String path, JsonNode value) {
        ObjectNode changed = keys.deepCopy();
        ObjectNode parent = changed;
        String[] steps = path.split("\\.", -1);
        for (String step : Arrays.asList(steps).subList(0, steps.length - 1)) {
            parent = parent.get(step) instanceof ObjectNode inside ? inside : parent.putObject(step);
        }
        parent.set(steps[steps.length - 1], value);
        return new SpecKeys(changed);
    }

    /**
     * The spec, defaults where nothing is stated.
     *
     * @param source what error messages call it
     * @throws SpecException if the keys make no spec
     */
    ModelSpec spec(String source) {
        try {
            return SpecReader.parse(source, YAML.writeValueAsString(keys));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("keys could not be written as YAML", e);
        }
    }
}
