package io.caiman.model.train;

import io.caiman.model.health.ModelHealth;
import java.util.List;
import java.util.Optional;

/**
 * A mini-batch on its way through the phases of a {@link Trainer}, with its rows, the network's inputs and what came of them. Not to
 * be used by two phases at the same time.
 */
public final class TrainingStep {

    final MiniBatch batch;
    final Assembly assembly;
    final Embeddings embeddings;

    // What computing it gave.
    double[] logits = {};
    long trainedSteps;
    double crossEntropy;
    double penalty;
    /** Why it was not learned from. */
    Optional<String> skipped = Optional.empty();
    /** What its gradients are multiplied by. */
    float scale;
    /** The model's health after it, where it is told, without what the rows tell. */
    Optional<ModelHealth> health = Optional.empty();

    // What finishing it gave.
    boolean finished;
    int admitted;
    List<Evicted> evicted = List.of();
    HealthProbe.Rows rowHealth = HealthProbe.Rows.NONE;

    TrainingStep(MiniBatch batch, Assembly assembly, Embeddings embeddings) {
        this.batch = batch;
        this.assembly = assembly;
        this.embeddings = embeddings;
    }
}
