package io.caiman.jobs.training;

import io.caiman.model.embedding.RowKeys;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.Domains;
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
 * <p>Where the model may come to serve further domains, a domain gets its number when the first impression of it is
 * {@link #accept accepted} and is told to the mini-batch that this impression is added to. Not safe for use by several threads.
 *
 * <p>A job and an offline comparison that both go through it learn from the same rows.
 */
public final class ImpressionFeatures {

    private static final long MISSING = RowKeys.hash("(missing)");

    private final ModelSpec spec;
    private final long[] featureHashes;
    private final Domains domains;
    /** Domains that the trainer knows, or that a mini-batch tells it of. */
    private int toldDomains;

    private final Map<String, Integer> features = new HashMap<>();

    /** The features, domains and tasks of this model, to which no domain was added yet. */
    public ImpressionFeatures(ModelSpec spec) {
        this(spec, spec.domains());
    }

    /**
     * The features, domains and tasks of this model.
     *
     * @param served the domains that its trainer serves, by number
     */
    ImpressionFeatures(ModelSpec spec, List<String> served) {
        this.spec = spec;
        this.domains = new Domains(spec);
        served.forEach(domains::add);
        this.toldDomains = domains.size();
        this.featureHashes = spec.features().stream().mapToLong(RowKeys::hash).toArray();
        for (String feature : spec.features()) {
            features.put(feature, features.size());
        }
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
        Optional<String> foreign = domainProblem(impression.getDomain());
        if (foreign.isPresent()) {
            return foreign;
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

    private Optional<String> domainProblem(String domain) {
        if (domains.number(domain).isPresent()) {
            return Optional.empty();
        }
        if (spec.maxDomains() == 0) {
            return Optional.of("domain '%s' is not one of the model's: %s".formatted(domain, spec.domains()));
        }
        if (!Domains.canBeAdded(domain)) {
            return Optional.of(
                    "a domain whose name is blank, longer than %d characters or has control characters is not added"
                            .formatted(Domains.MOST_CHARACTERS));
        }
        return domains.hasRoom()
                ? Optional.empty()
                : Optional.of("domain '%s' is not one of the model's, and there are %d, as many as 'max-domains' allows"
                        .formatted(domain, domains.size()));
    }

    /**
     * Gives the domain of an impression a number, if it has none yet. What is accepted is to be {@link #add added} in the
     * same order.
     *
     * @param impression one without {@link #problem}
     */
    public void accept(Impression impression) {
        domains.add(impression.getDomain());
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
        int domain = domains.add(impression.getDomain());
        while (toldDomains <= domain) {
            batch.addDomain(domains.names().get(toldDomains++));
        }
        batch.startUnlabelled(domain, impression.getEventTimeMs());
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
        batch.add(RowKeys.key(featureHashes[feature], RowKeys.hash(text)), 1);
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
