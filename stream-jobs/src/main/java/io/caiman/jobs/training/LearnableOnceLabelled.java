package io.caiman.jobs.training;

import io.caiman.jobs.connect.RecordCheck;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.schemas.avro.Impression;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a model can learn from an impression, its label aside. */
final class LearnableOnceLabelled implements RecordCheck<Impression> {

    private static final long serialVersionUID = 1;

    private final String specYaml;

    private transient @Nullable ImpressionFeatures features;

    LearnableOnceLabelled(ModelSpec spec) {
        this.specYaml = SpecReader.write(spec);
    }

    @Override
    public Optional<String> complaint(Impression impression) {
        ImpressionFeatures known = features;
        if (known == null) {
            known = new ImpressionFeatures(SpecReader.parse("the job's model spec", specYaml));
            features = known;
        }
        return known.problemBesidesLabel(impression);
    }
}
