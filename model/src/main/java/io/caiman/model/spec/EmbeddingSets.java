package io.caiman.model.spec;

/** How many embedding sets a network takes, and what stands in one embedding. */
public enum EmbeddingSets {
    /** One for all. */
    ONE("1"),
    /** One for all, whose embeddings have one more dimension: the id's weight in a linear model. */
    ONE_WITH_WEIGHT("1, a weight beside each vector"),
    /** One for all, whose embeddings are nothing but that weight. */
    ONE_WEIGHT("1, a weight alone"),
    /** One for each expert. */
    EXPERTS("`experts.count`"),
    /** One for each domain. */
    DOMAINS("domains"),
    /** One for each domain and, last, one that all share. */
    DOMAINS_AND_SHARED("domains + 1"),
    /** What {@code embedding.sets} says: one, or one for each expert. */
    AS_SAID("1 or `experts.count`");

    private final String words;

    EmbeddingSets(String words) {
        this.words = words;
    }

    /** The number, in words. */
    public String words() {
        return words;
    }

    int count(ModelSpec spec) {
        return switch (this) {
            case ONE, ONE_WITH_WEIGHT, ONE_WEIGHT -> 1;
            case EXPERTS -> spec.experts().count();
            case DOMAINS -> spec.domains().size();
            case DOMAINS_AND_SHARED -> spec.domains().size() + 1;
            case AS_SAID ->
                spec.embedding().sets() == EmbeddingSpec.Sets.MULTI
                        ? spec.experts().count()
                        : 1;
        };
    }

    int width(ModelSpec spec) {
        return switch (this) {
            case ONE_WEIGHT -> 1;
            case ONE_WITH_WEIGHT -> spec.embedding().dimension() + 1;
            default -> spec.embedding().dimension();
        };
    }
}
