package io.caiman.jobs.training;

import io.caiman.model.embedding.RowKeys;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.MiniBatch;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns impressions into samples of a model's mini-batch. The features {@code user}, {@code item} and {@code domain}
 * are the impression's own fields; any other is the slot of that name. A slot an impression lacks counts as one id of
 * its own, so that a missing value has an embedding too.
 *
 * <p>Immutable once made. A job and an offline comparison that both go through it learn from the same rows.
 */
public final class ImpressionFeatures {

    private static final long MISSING = RowKeys.hash("(missing)");

    private final ModelSpec spec;
    private final long[] featureHashes;
    private final Map<String, Integer> domains = new HashMap<>();
    private final Map<String, Integer> features = new HashMap<>();

    /** The features, domains and tasks of this model. */
    public ImpressionFeatures(ModelSpec spec) {
        this.spec = spec;
        this.featureHashes = spec.features().stream().mapToLong(RowKeys::hash).toArray();
        for (String domain : spec.domains()) {
            domains.put(domain, domains.size());
        }
        for (String feature : spec.features()) {
            features.put(feature, features.size());
        }
    }

    /**
     * The key of the row of a text that is an id of a feature, such as an item of the feature {@code item}: the key under
     * which {@link #add} puts it.
     */
    public static long key(String feature, String text) {
        return key(RowKeys.hash(feature), text);
    }

    private static long key(long featureHash, String text) {
        return RowKeys.key(featureHash, RowKeys.hash(text));
    }

    /**
     * Why the model cannot learn from this impression, in words fit for a dead letter; empty if it can. The label of one of the
     * model's tasks is enough.
     */
    public Optional<String> problem(Impression impression) {
        return problemBesidesLabel(impression).or(() -> labelProblem(impression));
    }

    private Optional<String> labelProblem(Impression impression) {
        for (String task : spec.tasks()) {
            if (impression.getLabels().containsKey(task)) {
                return Optional.empty();
            }
        }
        String tasks = spec.tasks().stream().map("'%s'"::formatted).collect(Collectors.joining(" or "));
        return Optional.of(
                spec.tasks().stream().anyMatch(impression.getAwaited()::contains)
                        ? "the label for task %s is awaited: it comes later, as feedback; to wait for it, train with --label-window"
                                .formatted(tasks)
                        : "no label for task %s; the impression has %s"
                                .formatted(tasks, impression.getLabels().keySet()));
    }

    /** Why the model could not learn from this impression even if it had a label; empty if it could. */
    Optional<String> problemBesidesLabel(Impression impression) {
        if (!domains.containsKey(impression.getDomain())) {
            return Optional.of(
                    "domain '%s' is not one of the model's: %s".formatted(impression.getDomain(), spec.domains()));
        }
        for (Slot slot : impression.getSlots()) {
            if (!slot.getWeights().isEmpty()
                    && slot.getWeights().size() != slot.getIds().size()) {
                return Optional.of("slot '%s' has %d ids and %d weights"
                        .formatted(
                                slot.getName(),
                                slot.getIds().size(),
                                slot.getWeights().size()));
            }
            for (float weight : slot.getWeights()) {
                if (!Float.isFinite(weight)) {
                    return Optional.of("slot '%s' has the weight %s".formatted(slot.getName(), weight));
                }
            }
        }
        return Optional.empty();
    }

    /** What the impression is labelled for a task of the model, by its number; empty where it has no such label. */
    public Optional<Boolean> label(Impression impression, int task) {
        return Optional.ofNullable(impression.getLabels().get(spec.tasks().get(task)));
    }

    /**
     * Adds an impression to the batch.
     *
     * @param impression one without {@link #problem}
     * @param batch of as many features and tasks as the model has
     */
    public void add(Impression impression, MiniBatch batch) {
        batch.startUnlabelled(domains.getOrDefault(impression.getDomain(), -1), impression.getEventTimeMs());
        for (int task = 0; task < spec.tasks().size(); task++) {
            Boolean label = impression.getLabels().get(spec.tasks().get(task));
            if (label != null) {
                batch.label(task, label);
            }
        }
        @Nullable Slot[] slots = new Slot[featureHashes.length];
        for (Slot slot : impression.getSlots()) {
            Integer feature = features.get(slot.getName());
            if (feature != null) {
                slots[feature] = slot;
            }
        }
        for (int feature = 0; feature < slots.length; feature++) {
            switch (spec.features().get(feature)) {
                case "user" -> addText(feature, impression.getUser(), batch);
                case "item" -> addText(feature, impression.getItem(), batch);
                case "domain" -> addText(feature, impression.getDomain(), batch);
                default -> addSlot(feature, slots[feature], batch);
            }
            batch.endFeature();
        }
    }

    private void addText(int feature, String text, MiniBatch batch) {
        batch.add(key(featureHashes[feature], text), 1);
    }

    private void addSlot(int feature, @Nullable Slot slot, MiniBatch batch) {
        if (slot == null || slot.getIds().isEmpty()) {
            batch.add(RowKeys.key(featureHashes[feature], MISSING), 1);
            return;
        }
        List<Long> ids = slot.getIds();
        List<Float> weights = slot.getWeights();
        for (int i = 0; i < ids.size(); i++) {
            batch.add(RowKeys.key(featureHashes[feature], ids.get(i)), weights.isEmpty() ? 1 : weights.get(i));
        }
    }
}
