package io.caiman.replay.dataset;

import java.util.Locale;
import java.util.function.Function;

/** The logs that can be replayed. */
public enum Dataset {
    /** Made up as it goes, from a seed, with known probabilities. */
    SYNTHETIC(SyntheticReader::open),
    /** MovieLens, in any of its layouts. */
    MOVIELENS(MovieLensReader::open),
    /** KuaiRand, editions 1k, pure and 27k. */
    KUAIRAND(KuaiRandReader::open),
    /** Ali-CCP, the sample skeletons with their common features. */
    ALICCP(AliCcpReader::open);

    // A reference to a static method, so as immutable as can be.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<DatasetOptions, ImpressionSource> reader;

    Dataset(Function<DatasetOptions, ImpressionSource> reader) {
        this.reader = reader;
    }

    /** The name on the command line, in lower case. */
    public String cliName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its entries say how probable each positive was. */
    public boolean knowsTruth() {
        return this == SYNTHETIC;
    }

    /**
     * Opens the log, after checking what can be checked without reading all of it: files, headers, side tables, options.
     *
     * @throws DatasetException if something is missing or not as expected
     */
    public ImpressionSource open(DatasetOptions options) {
        return reader.apply(options);
    }
}
