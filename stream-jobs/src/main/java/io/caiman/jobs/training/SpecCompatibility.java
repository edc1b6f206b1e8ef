package io.caiman.jobs.training;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Whether a checkpoint of one spec can go on with another. */
final class SpecCompatibility {

    private SpecCompatibility() {}

    /**
     * Refuses a spec that gives rows, dense weights or the ids that are watched another meaning than they have in the
     * checkpoint. Learning rates, losses and mini-batches may change.
     *
     * @throws SpecException naming each field that changed, from what to what
     */
    static void check(ModelSpec stored, ModelSpec now) {
        Map<String, Object> before = shape(stored);
        Map<String, Object> after = shape(now);
        StringBuilder changes = new StringBuilder();
        before.forEach((field, value) -> {
            if (!Objects.equals(value, after.get(field))) {
                changes.append("%n  %s: %s -> %s".formatted(field, value, after.get(field)));
            }
        });
        if (!changes.isEmpty()) {
            throw new SpecException("the checkpoint was made with a spec whose weights mean something else:" + changes
                    + "%nrestore with the spec it was made with, or start without the checkpoint".formatted());
        }
    }

    private static Map<String, Object> shape(ModelSpec spec) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("name", spec.name());
        shape.put("seed", spec.seed());
        shape.put("tasks", spec.tasks());
        shape.put("chains", spec.chains());
        shape.put("domains", spec.domains());
        shape.put("max-domains", spec.maxDomains());
        shape.put("new-domains-from", spec.newDomainsFrom());
        shape.put("features", spec.features());
        shape.put("network", spec.network());
        shape.put("options", spec.options());
        shape.put("plug-ins", spec.plugIns());
        shape.put("prior-features", spec.priorFeatures());
        shape.put("embedding sets", spec.embeddingSets());
        shape.put("embedding.dimension", spec.embedding().dimension());
        shape.put("embedding.initial-scale", spec.embedding().initialScale());
        shape.put("experts.count", spec.experts().count());
        shape.put("experts.layers", spec.experts().layers());
        shape.put("gate", spec.gate());
        shape.put("layers", spec.layers());
        shape.put("towers", spec.towers());
        shape.put("wide.factors.dimension", spec.wide().factors().width());
        shape.put("wide.crosses.pairs", spec.wide().crosses().pairs());
        shape.put("health.feature", spec.health().feature());
        shape.put("health.sample", spec.health().sample());
        return shape;
    }
}
