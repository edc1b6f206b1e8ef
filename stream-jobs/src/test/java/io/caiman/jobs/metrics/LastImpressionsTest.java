package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.evaluation.ScoredLabel;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LastImpressionsTest {

    private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @Test
    void an_impression_of_1970_is_the_first_of_all() {
        Impressions impressions = new Impressions();
        for (long eventTime : new long[] {0, NOW, NOW + 1}) {
            impressions.add(eventTime, 1, ScoredLabel.encode(0.5, true));
        }
        LastImpressions last = new LastImpressions(2, impressions);
        assertThat(last.countBefore(NOW + 2)).isTrue();
        assertThat(last.window(2).first()).isEqualTo(NOW);
        assertThat(last.window(2).last()).isEqualTo(NOW + 1);
    }
}
