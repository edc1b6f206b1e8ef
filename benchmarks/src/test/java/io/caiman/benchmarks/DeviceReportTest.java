package io.caiman.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.benchmarks.DeviceReport.Check;
import io.caiman.benchmarks.DeviceReport.Row;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceReportTest {

    private static final StepFloor FLOOR = new StepFloor(1e9, 1e6, 5e6, 5e6);
    private static final DeviceRates RATES =
            new DeviceRates(1e12, 1e12, Optional.of(new DeviceRates.Crossing(1e10, 1e10)));

    @Test
    void a_check_is_the_norm_of_the_difference_over_that_of_the_reference() {
        Check check = Check.of("weights", new float[] {3, 4.5f}, new float[] {3, 4}, 0.11);
        assertThat(check.error()).isCloseTo(0.1, within(1e-12));
        assertThat(check.passes()).isTrue();
        assertThat(Check.of("weights", new float[] {3, 5}, new float[] {3, 4}, 0.11)
                        .passes())
                .isFalse();
    }

    @Test
    void what_is_not_a_number_passes_no_check() {
        assertThat(Check.of("weights", new float[] {Float.NaN}, new float[] {1}, 1)
                        .passes())
                .isFalse();
    }

    @Test
    void the_table_has_rates_the_distance_to_the_floor_and_the_peer_at_medians() {
        DeviceReport report = report(new Row(1000, 4, List.of(9.0, 5.0, 6.0), List.of(12.0, 18.0), FLOOR));
        assertThat(report.markdown())
                .contains("Device gpu(0), libtorch in /lib, float32.")
                .contains("1.0 TFLOP/s in a product, 1000 GB/s in a copy")
                .contains("10.0 GB/s to the device, 10.0 GB/s back")
                .contains("| weights | 1.0e-07 | 1e-04 | passes |")
                .contains("| 1,000 | 4.00 | 6.00 | 166,667 | 1.000 | 1.000 | 2.0 | 15.00 | 2.50 |");
        assertThat(report.passes()).isTrue();
    }

    @Test
    void without_a_peer_there_is_no_ratio() {
        assertThat(report(new Row(1000, 4, List.of(5.0), List.of(), FLOOR)).markdown())
                .contains("| not run |  |");
    }

    @Test
    void everything_is_in_the_json() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree(
                        report(new Row(1000, 4, List.of(5.0), List.of(), FLOOR)).json());
        assertThat(json.at("/rates/crossing/upBytes").asDouble()).isEqualTo(1e10);
        assertThat(json.at("/rows/0/floor/operations").asDouble()).isEqualTo(1e9);
        assertThat(json.at("/checks/0/error").asDouble()).isEqualTo(1e-7);
    }

    private static DeviceReport report(Row row) {
        return new DeviceReport(
                "gpu(0)", "/lib", "float32", RATES, List.of(new Check("weights", 1e-7, 1e-4)), List.of(row));
    }
}
