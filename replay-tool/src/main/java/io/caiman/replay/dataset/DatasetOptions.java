package io.caiman.replay.dataset;

import io.caiman.replay.synthetic.SyntheticOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which part of a dataset to read, and from where.
 *
 * @param data the folder with the dataset's files; absent for a dataset that has none
 * @param limit at most this many impressions, the first in order of event time; absent: all of them. For the synthetic log
 *     it is the length of the log before the domain filter
 * @param domains only impressions of these domains; empty: of all
 * @param range only impressions of this stretch of event time
 * @param idsPerSlot most ids of one slot of Ali-CCP; of more, those of the highest weights are kept. Other datasets do not
 *     look at it
 * @param logs which of KuaiRand's logs; other datasets do not look at it
 * @param layout the file that says what the columns of an own log mean; other datasets have none
 * @param synthetic the shape of the synthetic log; other datasets do not look at it
 */
public record DatasetOptions(
        Optional<Path> data,
        OptionalLong limit,
        Set<String> domains,
        EventTimeRange range,
        int idsPerSlot,
        KuaiRandLogs logs,
        Optional<Path> layout,
        SyntheticOptions synthetic) {

    /** Enough for what a user did lately; some of Ali-CCP's users have hundreds in a slot. */
    public static final int DEFAULT_IDS_PER_SLOT = 20;

    public DatasetOptions {
        if (limit.isPresent() && limit.getAsLong() < 1) {
            throw new DatasetException("--limit: expected 1 or more impressions, got " + limit.getAsLong());
        }
        if (idsPerSlot < 1) {
            throw new DatasetException("--ids-per-slot: expected 1 or more, got " + idsPerSlot);
        }
        domains = Set.copyOf(domains);
    }

    /** The synthetic log as it comes. */
    public static DatasetOptions ofSynthetic() {
        return all(Optional.empty());
    }

    /** All of a dataset that lies in a folder. */
    public static DatasetOptions of(Path data) {
        return all(Optional.of(data));
    }

    private static DatasetOptions all(Optional<Path> data) {
        return new DatasetOptions(
                data,
                OptionalLong.empty(),
                Set.of(),
                EventTimeRange.ALL,
                DEFAULT_IDS_PER_SLOT,
                KuaiRandLogs.STANDARD,
                Optional.empty(),
                SyntheticOptions.DEFAULTS);
    }

    /** The same with a limit. */
    public DatasetOptions withLimit(long impressions) {
        return new DatasetOptions(
                data, OptionalLong.of(impressions), domains, range, idsPerSlot, logs, layout, synthetic);
    }

    /** The same with a stretch of event time only. */
    public DatasetOptions withRange(EventTimeRange wanted) {
        return new DatasetOptions(data, limit, domains, wanted, idsPerSlot, logs, layout, synthetic);
    }

    /** The same with a domain filter. */
    public DatasetOptions withDomains(Set<String> wanted) {
        return new DatasetOptions(data, limit, wanted, range, idsPerSlot, logs, layout, synthetic);
    }

    /** The same with another bound on the ids of a slot. */
    public DatasetOptions withIdsPerSlot(int most) {
        return new DatasetOptions(data, limit, domains, range, most, logs, layout, synthetic);
    }

    /** The same with other logs of KuaiRand. */
    public DatasetOptions withLogs(KuaiRandLogs wanted) {
        return new DatasetOptions(data, limit, domains, range, idsPerSlot, wanted, layout, synthetic);
    }

    /** The same with a layout. */
    public DatasetOptions withLayout(Path file) {
        return new DatasetOptions(data, limit, domains, range, idsPerSlot, logs, Optional.of(file), synthetic);
    }

    Path layoutFile() {
        return layout.orElseThrow(() -> new DatasetException(
                "dataset %s is read as a file says: name one with --layout FILE. conf/own-log.yaml is one to start from."
                        .formatted(Dataset.OWN.cliName())));
    }

    Path folder(Dataset dataset) {
        Path folder = data.orElseThrow(() -> new DatasetException(
                "dataset %s is read from files: name their folder with --data DIR".formatted(dataset.cliName())));
        if (!Files.isDirectory(folder)) {
            throw new DatasetException("--data: expected a folder with the files of %s, found %s at %s"
                    .formatted(dataset.cliName(), Files.exists(folder) ? "a file" : "nothing", folder));
        }
        return folder;
    }
}
