package io.caiman.replay.dataset;

import io.caiman.replay.synthetic.SyntheticDomain;
import io.caiman.replay.synthetic.SyntheticImpression;
import io.caiman.replay.synthetic.SyntheticLog;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The synthetic log as a dataset. */
final class SyntheticReader implements ImpressionSource {

    /** Length of the log where no limit says otherwise. */
    private static final long DEFAULT_IMPRESSIONS = 200_000;

    private final Provenance provenance;
    private final long length;
    private final SyntheticLog log;
    private final Set<String> domains;
    private final EventTimeRange range;
    private Optional<LogEntry> waiting = Optional.empty();
    private long given;
    private long filtered;

    private SyntheticReader(DatasetOptions options) {
        provenance = Provenance.of(
                Dataset.SYNTHETIC, options.withLimit(options.limit().orElse(DEFAULT_IMPRESSIONS)), List.of());
        length = options.limit().orElse(DEFAULT_IMPRESSIONS);
        domains = options.domains();
        range = options.range();
        List<String> known = Arrays.stream(SyntheticDomain.values())
                .map(SyntheticDomain::tab)
                .toList();
        if (!known.containsAll(domains)) {
            throw new DatasetException("--domains: expected some of %s, got %s"
                    .formatted(String.join(", ", known), String.join(", ", domains)));
        }
        log = new SyntheticLog(options.synthetic(), length);
    }

    static ImpressionSource open(DatasetOptions options) {
        options.data().ifPresent(folder -> {
            throw new DatasetException(
                    "--data: the synthetic log reads no files, got %s. Leave it out, or name a --dataset."
                            .formatted(folder));
        });
        return new SyntheticReader(options);
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    @Override
    public boolean hasNext() {
        while (waiting.isEmpty() && log.hasNext()) {
            SyntheticImpression made = log.next();
            boolean wanted =
                    domains.isEmpty() || domains.contains(made.impression().getDomain());
            if (wanted && range.contains(made.impression().getEventTimeMs())) {
                waiting = Optional.of(LogEntry.Shown.of(made.impression(), made.probability()));
            } else {
                filtered++;
            }
        }
        return waiting.isPresent();
    }

    @Override
    public LogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        LogEntry entry = waiting.orElseThrow();
        waiting = Optional.empty();
        given++;
        return entry;
    }

    @Override
    public OptionalLong expectedEntries() {
        return domains.isEmpty() && range.isAll() ? OptionalLong.of(length) : OptionalLong.empty();
    }

    @Override
    public LineCounts counts() {
        return new LineCounts(given + filtered, given, 0, filtered, 0);
    }

    @Override
    public void close() {
        // Holds nothing open.
    }
}
