package io.caiman.local.compare;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LineCounts;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.dataset.Provenance;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Small logs and small models. */
final class Logs {

    private static final String SPEC = """
            name: %s
            task: click
            domains: ["0", "1", "2", "4", "6"]
            features: [user, item, domain, tag]
            embedding: {dimension: 4}
            wide: {mode: per-impression}
            batch: {size: %d}
            """;

    private Logs() {}

    static ModelSpec spec(String name, int batch) {
        return SpecReader.parse(name, SPEC.formatted(name, batch));
    }

    static Candidate candidate(String name, int batch) {
        return new Candidate(Path.of(name + ".yaml"), spec(name, batch));
    }

    static Candidate candidate(String name, int batch, String more) {
        return new Candidate(Path.of(name + ".yaml"), SpecReader.parse(name, SPEC.formatted(name, batch) + more));
    }

    /** Of the first domain alone, with room for three further ones. */
    static Candidate growing(String name, String more) {
        String yaml = SPEC.formatted(name, 64).replaceFirst("domains: .*", "domains: [\"0\"]\nmax-domains: 4");
        return new Candidate(Path.of(name + ".yaml"), SpecReader.parse(name, yaml + more));
    }

    /** One with several tasks, without a wide part. */
    static Candidate candidateOf(String name, int batch, String... tasks) {
        String yaml = SPEC.formatted(name, batch)
                .replace("task: click", "tasks: " + List.of(tasks))
                .replace("per-impression", "none");
        return new Candidate(Path.of(name + ".yaml"), SpecReader.parse(name, yaml));
    }

    /** The first impressions of the synthetic log. */
    static List<Impression> synthetic(int count) {
        List<Impression> impressions = new ArrayList<>();
        try (ImpressionSource log =
                Dataset.SYNTHETIC.open(DatasetOptions.ofSynthetic().withLimit(count))) {
            log.forEachRemaining(entry -> impressions.add(((LogEntry.Shown) entry).impression()));
        }
        return impressions;
    }

    static Impression withLabels(Impression impression, Map<String, Boolean> labels) {
        return Impression.newBuilder(impression).setLabels(labels).build();
    }

    static Impression flipped(Impression impression) {
        return withLabels(impression, Map.of("click", !impression.getLabels().getOrDefault("click", false)));
    }

    /** A log of impressions after some bad lines. */
    static ImpressionSource log(int badLines, List<Impression> impressions) {
        List<LogEntry> entries = new ArrayList<>();
        for (int line = 1; line <= badLines; line++) {
            entries.add(new LogEntry.BadLine(
                    new DeadLetter(new FileOrigin("log.csv", (long) line), ByteBuffer.allocate(0), "bad", "replay")));
        }
        impressions.forEach(impression -> entries.add(LogEntry.Shown.of(impression)));
        Iterator<LogEntry> left = entries.iterator();
        return new ImpressionSource() {
            @Override
            public Provenance provenance() {
                return new Provenance("made", "for a test");
            }

            @Override
            public boolean hasNext() {
                return left.hasNext();
            }

            @Override
            public LogEntry next() {
                return left.next();
            }

            @Override
            public OptionalLong expectedEntries() {
                return OptionalLong.of(entries.size());
            }

            @Override
            public LineCounts counts() {
                return new LineCounts(0, 0, 0, 0, 0);
            }

            @Override
            public void close() {}
        };
    }

    /** A log that fails when more than its first entries are asked for. */
    static ImpressionSource readableTo(int entries, ImpressionSource log) {
        return new ImpressionSource() {
            private int given;

            @Override
            public Provenance provenance() {
                return log.provenance();
            }

            @Override
            public boolean hasNext() {
                return log.hasNext();
            }

            @Override
            public LogEntry next() {
                if (given++ == entries) {
                    throw new AssertionError("entry " + given + " was read");
                }
                return log.next();
            }

            @Override
            public OptionalLong expectedEntries() {
                return log.expectedEntries();
            }

            @Override
            public LineCounts counts() {
                return log.counts();
            }

            @Override
            public void close() {
                log.close();
            }
        };
    }
}
