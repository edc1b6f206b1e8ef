package io.caiman.dashboard;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import org.jspecify.annotations.Nullable;

/** Records of the metrics topic, as the metrics job would publish them. */
final class PublishedFigures {

    private PublishedFigures() {}

    static DomainMetrics cumulative(@Nullable String domain, long endMs, long impressions, @Nullable Double auc) {
        return record(WindowKind.CUMULATIVE, domain, 0, endMs, impressions, auc);
    }

    static DomainMetrics rolling(@Nullable String domain, long endMs, long impressions, @Nullable Double auc) {
        return record(WindowKind.ROLLING, domain, endMs - 1_000, endMs, impressions, auc);
    }

    private static DomainMetrics record(
            WindowKind kind,
            @Nullable String domain,
            long startMs,
            long endMs,
            long impressions,
            @Nullable Double auc) {
        return DomainMetrics.newBuilder()
                .setModel("crocodile")
                .setTask("click")
                .setDomain(domain)
                .setKind(kind)
                .setWindow(kind == WindowKind.CUMULATIVE ? "all" : "1h")
                .setStartMs(startMs)
                .setEndMs(endMs)
                .setImpressions(impressions)
                .setPositives(impressions / 4)
                .setUsers(impressions / 10)
                .setAuc(auc)
                .setLogLoss(0.5)
                .build();
    }
}
