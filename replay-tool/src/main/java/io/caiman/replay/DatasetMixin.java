package io.caiman.replay;

import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.EventTimeRange;
import io.caiman.replay.dataset.KuaiRandLogs;
import io.caiman.replay.synthetic.SyntheticOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose a dataset and a part of it; a picocli mixin for any command that replays. */
public final class DatasetMixin {

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            defaultValue = "synthetic",
            converter = ByName.class,
            completionCandidates = Names.class,
            description = "Which log to read: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Dataset dataset = Dataset.SYNTHETIC;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with the dataset's files.")
    private @Nullable Path data;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the first N impressions in order of event time. Default: all; synthetic makes 200000.")
    private @Nullable Long limit;

    @Option(
            names = "--domains",
            paramLabel = "NAME",
            split = ",",
            description = "Only these domains, separated by commas. KuaiRand's five largest: 0,1,2,4,6.")
    private Set<String> domains = new LinkedHashSet<>();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Only impressions shown then or later: a day such as 2022-04-08, or 2022-04-08T12:00:00Z.")
    private Instant from = EventTimeRange.ALL.from();

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Only impressions shown before.")
    private Instant until = EventTimeRange.ALL.until();

    @Option(
            names = "--ids-per-slot",
            paramLabel = "N",
            defaultValue = "" + DatasetOptions.DEFAULT_IDS_PER_SLOT,
            description = "Most ids in one slot of Ali-CCP, those of the highest weights. Default: ${DEFAULT-VALUE}.")
    private int idsPerSlot = DatasetOptions.DEFAULT_IDS_PER_SLOT;

    @Option(
            names = "--logs",
            paramLabel = "WHICH",
            defaultValue = "STANDARD",
            description = "Of KuaiRand: standard, random or all. Default: standard.")
    private KuaiRandLogs logs = KuaiRandLogs.STANDARD;

    @Option(
            names = "--layout",
            paramLabel = "FILE",
            description = "Of an own log: a YAML file that says what its columns mean, such as conf/own-log.yaml.")
    private @Nullable Path layout;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the synthetic log and of label delays; in a demo, where given, of the models too."
                    + " Default: 1.")
    private @Nullable Long seed;

    @Option(names = "--users", paramLabel = "N", description = "Users of the synthetic log. Default: 1000.")
    private @Nullable Integer users;

    @Option(names = "--items", paramLabel = "N", description = "Items of the synthetic log. Default: 5000.")
    private @Nullable Integer items;

    @Option(
            names = "--conflict",
            paramLabel = "X",
            description = "How much the domains of the synthetic log disagree: 0 not at all, 1 as much as they agree."
                    + " Default: 0.5.")
    private @Nullable Double conflict;

    /** The dataset chosen. */
    public Dataset dataset() {
        return dataset;
    }

    /** The seed, where one was given; other parts of a command may use it too. */
    public OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    /**
     * What was chosen of it.
     *
     * @throws DatasetException if an option has a value that makes no sense, or none for this dataset
     */
    public DatasetOptions options() {
        if (dataset != Dataset.SYNTHETIC) {
            String misplaced = Stream.of(
                            users == null ? "" : "--users",
                            items == null ? "" : "--items",
                            conflict == null ? "" : "--conflict")
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.joining(", "));
            if (!misplaced.isEmpty()) {
                throw new DatasetException("%s: shapes the synthetic log and has no meaning for %s. Leave it out."
                        .formatted(misplaced, dataset.cliName()));
            }
        }
        if (layout != null && dataset != Dataset.OWN) {
            throw new DatasetException(
                    "--layout: describes an own log and has no meaning for %s. Leave it out, or say --dataset own."
                            .formatted(dataset.cliName()));
        }
        return new DatasetOptions(
                Optional.ofNullable(data),
                limit == null ? OptionalLong.empty() : OptionalLong.of(limit),
                domains,
                new EventTimeRange(from, until),
                idsPerSlot,
                logs,
                Optional.ofNullable(layout),
                synthetic());
    }

    /**
     * What was chosen of it, for models that serve these domains: where no domains were chosen, KuaiRand's are theirs, for
     * it has ten small tabs more.
     *
     * @param servedDomains none: any
     * @throws DatasetException as {@link #options()}
     */
    public DatasetOptions optionsFor(Collection<String> servedDomains) {
        DatasetOptions wanted = options();
        return dataset == Dataset.KUAIRAND && wanted.domains().isEmpty()
                ? wanted.withDomains(Set.copyOf(servedDomains))
                : wanted;
    }

    private SyntheticOptions synthetic() {
        SyntheticOptions defaults = SyntheticOptions.DEFAULTS;
        try {
            return new SyntheticOptions(
                    seed().orElse(defaults.seed()),
                    users == null ? defaults.users() : users,
                    items == null ? defaults.items() : items,
                    conflict == null ? defaults.conflict() : conflict);
        } catch (IllegalArgumentException e) {
            throw new DatasetException("--" + e.getMessage(), e);
        }
    }

    static final class Time implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return EventTimeRange.time(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Dataset.values()).map(Dataset::cliName).iterator();
        }
    }

    static final class ByName implements ITypeConverter<Dataset> {
        @Override
        public Dataset convert(String value) {
            return Arrays.stream(Dataset.values())
                    .filter(known -> known.cliName().equals(value))
                    .findAny()
                    .orElseThrow(() -> new TypeConversionException(
                            "expected one of %s, got '%s'".formatted(String.join(", ", new Names()), value)));
        }
    }
}
