package io.caiman.model.spec;

/** How many embedding sets a network takes, and what stands in one embedding. */
public enum EmbeddingSets {
    /** One for all. */
    ONE("1"),
    /** One for all, whose embeddings have one more dimension: the id's weight in a linear model. */
    ONE_WITH_WEIGHT("1, a weight beside each vector"),
    /** One for each task, whose embeddings have one more dimension: the id's weight in a linear model. */
    TASKS_WITH_WEIGHT("tasks, a weight beside each vector"),
    /** One for each task, whose embeddings are nothing but that weight. */
    TASK_WEIGHTS("tasks, a weight alone"),
    /** One for each expert. */
    EXPERTS("`experts.count`"),
    /** One for each domain, those that may be added last. */
    DOMAINS("domains"),
    /** One for each domain of the spec, one that all share and, last, one for each domain that may be added. */
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
            case ONE, ONE_WITH_WEIGHT -> 1;
            case TASKS_WITH_WEIGHT, TASK_WEIGHTS -> spec.tasks().size();
            case EXPERTS -> spec.experts().count();
            case DOMAINS -> spec.domainRoom();
            case DOMAINS_AND_SHARED -> spec.domainRoom() + 1;
            case AS_SAID ->
                spec.embedding().sets() == EmbeddingSpec.Sets.MULTI
                        ? spec.experts().count()
                        : 1;
        };
    }

    boolean ofDomains() {
        return this == DOMAINS || this == DOMAINS_AND_SHARED;
    }

    /** The set of a domain, where there are some {@link #ofDomains()}. */
    int of(int domain, ModelSpec spec) {
        return this == DOMAINS_AND_SHARED && domain >= spec.domains().size() ? domain + 1 : domain;
    }

    int width(ModelSpec spec) {
        return switch (this) {
            case TASK_WEIGHTS -> 1;
            case ONE_WITH_WEIGHT, TASKS_WITH_WEIGHT -> spec.embedding().dimension() + 1;
            default -> spec.embedding().dimension();
        };
    }
}
