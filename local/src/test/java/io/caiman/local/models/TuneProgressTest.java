package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TuneProgressTest {

    @Test
    void the_time_left_is_that_of_the_models_and_impressions_that_are_left() {
        StringWriter lines = new StringWriter();
        AtomicLong clock = new AtomicLong();
        try (TuneProgress progress = new TuneProgress(new PrintWriter(lines), 4, clock::get)) {
            progress.model("mlp");
            progress.learning(100, OptionalLong.of(1_000));
            assertThat(lines.toString()).isEmpty();
            clock.set(60_000_000_000L);
            progress.model("star");
            progress.learning(500, OptionalLong.of(1_000));
            progress.learning(600, OptionalLong.of(1_000));
        }

        // One and a half models of four took a minute.
        assertThat(lines.toString().strip())
                .isEqualTo("tuning star (2 of 4): 50 % of its trials' impressions; 38 % of all, about 1 min 40 s left");
    }
}
