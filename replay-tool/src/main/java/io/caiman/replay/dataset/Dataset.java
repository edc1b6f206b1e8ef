package io.caiman.replay.dataset;

import java.util.Locale;
import java.util.function.Function;

/** The logs that can be replayed. */
public enum Dataset {
    /** Made up as it goes, from a seed, with known probabilities. */
    SYNTHETIC(SyntheticReader::open, options -> options.synthetic().toString()),
    /** MovieLens, in any of its layouts. */
    MOVIELENS(MovieLensReader::open, options -> "ratings"),
    /** KuaiRand, editions 1k, pure and 27k. */
    KUAIRAND(KuaiRandReader::open, options -> "logs " + options.logs().name().toLowerCase(Locale.ROOT)),
    /** Ali-CCP, the sample skeletons with their common features. */
    ALICCP(AliCcpReader::open, options -> "at most %d ids in a slot".formatted(options.idsPerSlot())),
    /** Any log, as a layout in YAML describes it. */
    OWN(
            OwnLogReader::open,
            options -> "layout " + OwnLogLayoutReader.read(options.layoutFile()).fingerprint()),
    /** A log that {@code prepare} wrote. */
    PREPARED(PreparedReader::open, options -> "as prepared");

    // References to static methods, so as immutable as can be.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<DatasetOptions, ImpressionSource> reader;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<DatasetOptions, String> ownOptions;

    Dataset(Function<DatasetOptions, ImpressionSource> reader, Function<DatasetOptions, String> ownOptions) {
        this.reader = reader;
        this.ownOptions = ownOptions;
    }

    /** The name on the command line, in lower case. */
    public String cliName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its entries say how probable each positive was. */
    public boolean knowsTruth() {
        return this == SYNTHETIC;
    }

    /** In words, the options that only this dataset looks at. */
    public String ownOptions(DatasetOptions options) {
        return ownOptions.apply(options);
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
