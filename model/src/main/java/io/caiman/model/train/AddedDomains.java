package io.caiman.model.train;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.spec.ModelSpec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What rows hold of an added domain's own before it has taught them anything: the mean of what they hold of those domains
 * that it starts from and that have taught them. That is, in the row of the domain's name as an id of the feature
 * {@code domain}, the embeddings, the wide part's bias and its factors, as long as the row has no sighting; and in any row
 * the embedding of the domain's own set, as long as no gradient has reached it. Where no other domain has taught them
 * anything, rows keep their first values.
 *
 * <p>Rows are too many to change when a domain comes, so they change when a mini-batch with the domain fetches them.
 */
final class AddedDomains {

    private static final String FEATURE = "domain";

    private final ModelSpec spec;
    private final RowLayout layout;
    private final Domains domains;
    private final boolean named;
    /** The added domains that are in the batch. */
    private int[] present = {};

    /** Keys of the rows of all domains' names. */
    private long[] keys = {};
    /** Those rows, {@code [domains, stride]}. */
    private float[] names = {};
    /** Where what a mean is taken of stands. */
    private final int[] starts;

    AddedDomains(ModelSpec spec, RowLayout layout, Domains domains) {
        this.spec = spec;
        this.layout = layout;
        this.domains = domains;
        this.starts = new int[spec.domainRoom()];
        this.named = spec.features().contains(FEATURE);
    }

    /** Fetches what the batch's added domains may start from; before the batch's own rows are fetched. */
    void load(MiniBatch batch, EmbeddingStore store) {
        int first = spec.domains().size();
        present = domains.size() == first
                ? new int[0]
                : IntStream.range(0, batch.size())
                        .map(batch::domain)
                        .filter(domain -> domain >= first)
                        .distinct()
                        .toArray();
        if (present.length > 0 && named) {
            if (keys.length != domains.size()) {
                keys = domains.names().stream()
                        .mapToLong(name -> RowKeys.ofText(FEATURE, name))
                        .toArray();
                names = new float[keys.length * layout.stride()];
            }
            store.gather(keys, keys.length, names);
        }
    }

    /** Fills the batch's rows. */
    void fill(RowTable table) {
        for (int domain : present) {
            List<Integer> sources = spec.startOf(domain);
            if (named) {
                fillName(domain, sources, table);
            }
            spec.embeddingSetOf(domain).ifPresent(set -> fillSet(set, sources, table));
        }
    }

    private void fillName(int domain, List<Integer> sources, RowTable table) {
        int row = table.find(keys[domain]);
        int at = row * layout.stride();
        if (row < 0 || RowStatistics.sightings(table.rows(), at + layout.statistics()) > 0) {
            return;
        }
        int count = 0;
        for (int source : sources) {
            int start = source * layout.stride();
            if (RowStatistics.sightings(names, start + layout.statistics()) > 0) {
                starts[count++] = start;
            }
        }
        average(names, count, table.rows(), at, 0, layout.embeddings() * layout.dimension());
        for (int task = 0; task < layout.tasks(); task++) {
            average(names, count, table.rows(), at, layout.bias(task), 1);
            average(names, count, table.rows(), at, layout.factor(task), layout.factors());
        }
    }

    private void fillSet(int set, List<Integer> sources, RowTable table) {
        float[] rows = table.rows();
        int[] sets = sources.stream()
                .mapToInt(source -> spec.embeddingSetOf(source).orElseThrow())
                .toArray();
        for (int row = 0; row < table.distinct(); row++) {
            int at = row * layout.stride();
            int count = 0;
            for (int source : sets) {
                if (taught(rows, at, source)) {
                    starts[count++] = at + layout.weights(source);
                }
            }
            if (!taught(rows, at, set)) {
                average(rows, count, rows, at + layout.weights(set), 0, layout.dimension());
            }
        }
    }

    /** Whether a gradient has reached the embedding of a set: AdaGrad's accumulator only grows. */
    private boolean taught(float[] rows, int row, int set) {
        return rows[row + layout.accumulator(set)] != spec.rowOptimizer().initialAccumulator();
    }

    /** Sets a run of floats to the mean of those at the same offset from the first {@link #starts}, if there are any. */
    private void average(float[] source, int count, float[] target, int at, int offset, int length) {
        for (int j = offset; j < offset + length && count > 0; j++) {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += source[starts[i] + j];
            }
            target[at + j] = (float) (sum / count);
        }
    }
}
