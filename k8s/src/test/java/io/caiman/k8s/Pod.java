package io.caiman.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A program of an overlay as the pod that it runs in gets it, for a shorter run than a cluster's.
 *
 * @param overlay has what is mounted
 */
record Pod(Overlay overlay, Manifest program) {

    /** Below it lie the files that are for the program. */
    static final String MOUNTS = "/etc/caiman/";

    /** Where the arguments are for a cluster and a longer run. Models tell of their health every 100 mini-batches of 512. */
    private static final Map<String, String> SMALLER =
            Map.of("--checkpoint-interval", "1s", "--row-cache", "64mb", "--limit", "60000", "--rate", "max");

    /**
     * The program's arguments.
     *
     * @param replaced values of options that are others here
     */
    List<String> arguments(Map<String, String> replaced) {
        List<String> arguments = new ArrayList<>();
        for (String argument : program.arguments()) {
            String option = argument.substring(0, argument.indexOf('='));
            String value = argument.substring(argument.indexOf('=') + 1);
            arguments.add(option + "=" + replaced.getOrDefault(option, SMALLER.getOrDefault(option, value)));
        }
        return arguments;
    }

    /** Where volumes are mounted, by their names. */
    Map<String, String> mounts() {
        Map<String, String> mounts = new HashMap<>();
        program.container()
                .path("volumeMounts")
                .forEach(mount -> mounts.put(
                        mount.path("name").asText(), mount.path("mountPath").asText()));
        return mounts;
    }

    List<JsonNode> volumes() {
        return Manifest.elements(program.pods().get(0).at("/spec/volumes"));
    }

    /**
     * The files below {@link #MOUNTS}, by folder and name.
     *
     * @param secrets contents of a Secret, by its name
     */
    Map<String, Map<String, String>> files(Function<String, Map<String, String>> secrets) {
        Map<String, Map<String, String>> folders = new HashMap<>();
        for (JsonNode volume : volumes()) {
            String path = mounts().getOrDefault(volume.path("name").asText(), "");
            if (path.startsWith(MOUNTS)) {
                folders.put(path, contents(volume, secrets));
            }
        }
        return folders;
    }

    private Map<String, String> contents(JsonNode volume, Function<String, Map<String, String>> secrets) {
        JsonNode configMap = volume.at("/configMap/name");
        if (!configMap.isTextual()) {
            return secrets.apply(volume.at("/secret/secretName").asText());
        }
        Map<String, String> files = new HashMap<>();
        overlay.manifest("ConfigMap", configMap.asText())
                .at("/data")
                .properties()
                .forEach(file -> files.put(file.getKey(), file.getValue().asText()));
        return files;
    }
}
