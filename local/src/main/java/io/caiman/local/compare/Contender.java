package io.caiman.local.compare;

import io.caiman.jobs.training.ImpressionFeatures;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Scored;
import io.caiman.model.train.Trainer;
import io.caiman.schemas.avro.Impression;
import java.util.Arrays;
import java.util.List;

/**
 * One run of one model: a spec with a seed, its weights, and the scores it has given. Mini-batches close by count, and where
 * the log's part changes or ends: so the scores are those the training job gives for the same spec and log. For one thread.
 */
final class Contender implements AutoCloseable {

    private final ModelSpec spec;
    private final ImpressionFeatures features;
    private final ModelRows rows;
    private final Trainer trainer;
    private final MiniBatch batch;
    private Part part = Part.LEARN_AND_SCORE;

    private double[] scores = new double[1 << 12];
    private int scored;
    private float[] norms = new float[0];
    private int normed;

    Contender(ModelSpec spec, ComputeDevice device) {
        this.spec = spec;
        this.features = new ImpressionFeatures(spec);
        this.rows = ModelRows.inMemory(spec);
        this.trainer = new Trainer(spec, rows, device);
        this.batch = new MiniBatch(spec.features().size(), spec.tasks().size());
    }

    /** Takes the next impressions of the log. */
    void accept(Part ofPart, List<Impression> impressions) {
        if (ofPart != part) {
            close(batch);
            part = ofPart;
        }
        for (Impression impression : impressions) {
            features.add(impression, batch);
            if (batch.size() >= spec.batch().size()) {
                close(batch);
            }
        }
    }

    private void close(MiniBatch pending) {
        if (pending.size() > 0) {
            switch (part) {
                case LEARN_AND_SCORE -> keep(trainer.step(pending).scores());
                case LEARN -> trainer.step(pending);
                case SCORE -> {
                    Scored frozen = trainer.score(pending);
                    keep(frozen.scores());
                    keep(frozen.expertNorms());
                }
            }
            pending.clear();
        }
    }

    private void keep(double[] more) {
        if (scored + more.length > scores.length) {
            scores = Arrays.copyOf(scores, Math.max(2 * scores.length, scored + more.length));
        }
        System.arraycopy(more, 0, scores, scored, more.length);
        scored += more.length;
    }

    private void keep(float[] more) {
        if (normed + more.length > norms.length) {
            norms = Arrays.copyOf(norms, Math.max(2 * norms.length, normed + more.length));
        }
        System.arraycopy(more, 0, norms, normed, more.length);
        normed += more.length;
    }

    /** Closes the last mini-batch, and gives what came of the run. */
    Run finish(RankedItems items) {
        close(batch);
        boolean hasItems = spec.features().contains(CompareOptions.ITEM);
        return new Run(
                spec.tasks().size(),
                Arrays.copyOf(scores, scored),
                Arrays.copyOf(norms, normed),
                trainer.skippedSteps(),
                hasItems ? abundance(items) : ItemAbundance.NONE);
    }

    private ItemAbundance abundance(RankedItems items) {
        int sets = spec.embeddingSets(trainer.domains().size());
        return ItemAbundance.of(rows.features(), RowLayout.of(spec), sets, items);
    }

    /** The run in words. */
    String name() {
        return "model '%s' with seed %d".formatted(spec.name(), spec.seed());
    }

    @Override
    public void close() {
        trainer.close();
    }
}
