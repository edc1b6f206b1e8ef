package io.caiman.model.spec;

/**
 * What is watched while the model learns.
 *
 * @param everySteps steps between two reports; 0: none
 * @param feature the feature whose embeddings are watched for collapse
 * @param sample how many of its latest ids are looked at
 * @param collapseShare warn when an Information Abundance falls below this share of its highest so far, in (0, 1)
 * @param patience steps before gates and experts are judged, for at first no gate routes anything
 */
public record HealthSpec(int everySteps, String feature, int sample, float collapseShare, int patience) {

    public HealthSpec {
        Require.notNegative("health.every-steps", everySteps);
        Require.within("health.sample", sample, 1, 1 << 20);
        Require.that(collapseShare > 0 && collapseShare < 1, "health.collapse-share", collapseShare, "between 0 and 1");
        Require.notNegative("health.patience", patience);
    }
}
