package io.caiman.model.health;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.evaluation.SingularSpectrum;
import io.caiman.model.health.HealthWarning.Kind;
import io.caiman.model.health.ModelHealth.Abundance;
import io.caiman.model.health.ModelHealth.Group;
import io.caiman.model.spec.ModelSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Watches the embeddings of one feature for dimensional collapse (Crocodile, Sec. 3.1): remembers the latest ids seen,
 * with their domains, and measures the Information Abundance of their embeddings by set, domain and frequency.
 */
public final class EmbeddingWatch {

    /** Fewer rows than this many times the dimension say little about their span. */
    private static final int ROWS_PER_DIMENSION = 2;

    private static final int GROUPS = Group.values().length;

    private final RowLayout layout;
    private final ModelSpec spec;
    private final float collapseShare;
    private final long[] keys;
    private final int[] domains;
    private final double[] highest;
    private long seen;

    public EmbeddingWatch(ModelSpec spec, RowLayout layout) {
        this.layout = layout;
        this.spec = spec;
        this.collapseShare = spec.health().collapseShare();
        this.keys = new long[spec.health().sample()];
        this.domains = new int[spec.health().sample()];
        this.highest = new double[layout.sets() * spec.domainRoom() * GROUPS];
    }

    /** Remembers an id, and forgets the oldest one in its place. */
    public void see(long key, int domain) {
        int at = (int) (seen++ % keys.length);
        keys[at] = key;
        domains[at] = domain;
    }

    /**
     * Measures the remembered ids' embeddings.
     *
     * @param domainNames the domains that the model serves, by number
     * @param warnings receives those groups whose abundance has fallen
     */
    public List<Abundance> measure(List<String> domainNames, EmbeddingStore store, List<HealthWarning> warnings) {
        List<Abundance> measured = new ArrayList<>();
        int remembered = (int) Math.min(seen, keys.length);
        for (int domain = 0; domain < domainNames.size(); domain++) {
            long[] own = new long[remembered];
            int count = 0;
            for (int i = 0; i < remembered; i++) {
                if (domains[i] == domain) {
                    own[count++] = keys[i];
                }
            }
            own = Arrays.stream(own, 0, count).distinct().toArray();
            float[] rows = new float[own.length * layout.stride()];
            store.gather(own, own.length, rows);
            measureDomain(domainNames, domain, rows, withSightings(rows, own.length), measured, warnings);
        }
        return measured;
    }

    /** Moves the rows of ids that were not evicted to the front, and counts them: the others have their first values again. */
    private int withSightings(float[] rows, int count) {
        int kept = 0;
        for (int row = 0; row < count; row++) {
            int from = row * layout.stride();
            if (RowStatistics.sightings(rows, from + layout.statistics()) > 0) {
                System.arraycopy(rows, from, rows, kept++ * layout.stride(), layout.stride());
            }
        }
        return kept;
    }

    private void measureDomain(
            List<String> domainNames,
            int domain,
            float[] rows,
            int count,
            List<Abundance> measured,
            List<HealthWarning> warnings) {
        if (count == 0) {
            return;
        }
        float[] sightings = new float[count];
        for (int row = 0; row < count; row++) {
            sightings[row] = RowStatistics.sightings(rows, row * layout.stride() + layout.statistics());
        }
        float[] sorted = sightings.clone();
        Arrays.sort(sorted);
        float median = sorted[count / 2];
        for (Group group : Group.values()) {
            int[] members = new int[count];
            int size = 0;
            for (int row = 0; row < count; row++) {
                if (sightings[row] >= median == (group == Group.FREQUENT)) {
                    members[size++] = row;
                }
            }
            if (size >= ROWS_PER_DIMENSION * layout.dimension()) {
                for (int set = 0; set < spec.embeddingSets(domainNames.size()); set++) {
                    measureGroup(
                            domainNames.get(domain),
                            domain,
                            group,
                            set,
                            rows,
                            Arrays.copyOf(members, size),
                            measured,
                            warnings);
                }
            }
        }
    }

    private void measureGroup(
            String name,
            int domain,
            Group group,
            int set,
            float[] rows,
            int[] members,
            List<Abundance> measured,
            List<HealthWarning> warnings) {
        float[] embeddings = new float[members.length * layout.dimension()];
        for (int i = 0; i < members.length; i++) {
            int from = members[i] * layout.stride() + layout.weights(set);
            System.arraycopy(rows, from, embeddings, i * layout.dimension(), layout.dimension());
        }
        SingularSpectrum.of(embeddings, members.length, layout.dimension()).ifPresent(spectrum -> {
            double value = spectrum.informationAbundance();
            measured.add(new Abundance(set, name, group, members.length, value, spectrum.shares()));
            int at = (set * spec.domainRoom() + domain) * GROUPS + (group == Group.RARE ? 1 : 0);
            highest[at] = Math.max(highest[at], value);
            if (value < collapseShare * highest[at]) {
                warnings.add(new HealthWarning(
                        Kind.COLLAPSE,
                        "embedding set %d, domain '%s', %s ids: Information Abundance fell from %.2f to %.2f"
                                .formatted(set, name, group == Group.RARE ? "rare" : "frequent", highest[at], value)));
            }
        });
    }

    /** Bytes that {@link #write} writes. */
    public int snapshotBytes() {
        return Long.BYTES * (1 + keys.length) + Integer.BYTES * domains.length + Double.BYTES * highest.length;
    }

    /** Writes what is remembered. */
    public void write(ByteBuffer target) {
        target.putLong(seen);
        for (long key : keys) {
            target.putLong(key);
        }
        for (int domain : domains) {
            target.putInt(domain);
        }
        for (double value : highest) {
            target.putDouble(value);
        }
    }

    /** Takes over what {@link #write} wrote. */
    public void read(ByteBuffer source) {
        seen = source.getLong();
        Arrays.setAll(keys, i -> source.getLong());
        Arrays.setAll(domains, i -> source.getInt());
        Arrays.setAll(highest, i -> source.getDouble());
    }
}
