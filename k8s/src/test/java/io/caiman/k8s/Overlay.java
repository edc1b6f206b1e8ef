package io.caiman.k8s;

import java.nio.file.Path;
import java.util.List;

/** What {@code kubectl apply -k} is given. */
enum Overlay {
    LOCAL,
    PRODUCTION,
    GPU;

    Path folder() {
        return Path.of("overlays", name().toLowerCase(java.util.Locale.ROOT));
    }

    List<Manifest> manifests() {
        return Kustomization.build(folder());
    }

    List<Manifest> manifests(String kind) {
        return manifests().stream()
                .filter(manifest -> manifest.kind().equals(kind))
                .toList();
    }

    Manifest manifest(String kind, String name) {
        return manifests(kind).stream()
                .filter(manifest -> manifest.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no %s %s in %s".formatted(kind, name, this)));
    }
}
