package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowNameTest {

    @ParameterizedTest
    @CsvSource({
        "PT1H, 1h",
        "PT24H, 24h",
        "PT48H, 48h",
        "PT72H, 3d",
        "PT30M, 30m",
        "PT90M, 90m",
        "PT10S, 10s",
        "PT0.5S, 500ms"
    })
    void a_length_is_told_in_the_largest_unit_that_it_is_a_whole_number_of(Duration length, String name) {
        assertThat(WindowName.of(length.toMillis())).isEqualTo(name);
    }
}
