package io.caiman.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What {@link DeviceTable} found.
 *
 * @param device where the network computed
 * @param libtorch the folder that libtorch was loaded from
 * @param precision of matrix products
 * @param rates of the device
 * @param checks against the CPU
 * @param rows one for each batch
 */
record DeviceReport(
        String device, String libtorch, String precision, DeviceRates rates, List<Check> checks, List<Row> rows) {

    DeviceReport {
        checks = List.copyOf(checks);
        rows = List.copyOf(rows);
    }

    /**
     * A comparison with the CPU's result.
     *
     * @param what is compared
     * @param error the Euclidean norm of the difference over that of the CPU's
     * @param tolerance what it may be
     */
    record Check(String what, double error, double tolerance) {

        /** The check of a result against a reference of the same length. */
        static Check of(String what, float[] result, float[] reference, double tolerance) {
            double difference = 0;
            double norm = 0;
            for (int i = 0; i < reference.length; i++) {
                difference += Math.pow((double) result[i] - reference[i], 2);
                norm += Math.pow(reference[i], 2);
            }
            return new Check(what, Math.sqrt(difference / norm), tolerance);
        }

        /** Whether the error is a number and within the tolerance. */
        boolean passes() {
            return error <= tolerance;
        }
    }

    /**
     * What was measured of one batch.
     *
     * @param batch impressions
     * @param stepMillis median time of a step whose rows are at hand
     * @param millis median times of a step with its rows' store in memory, one for each pair
     * @param peerMillis those of the peer's step, one for each pair; empty without a peer
     * @param floor of a step
     */
    record Row(int batch, double stepMillis, List<Double> millis, List<Double> peerMillis, StepFloor floor) {

        Row {
            millis = List.copyOf(millis);
            peerMillis = List.copyOf(peerMillis);
        }

        double medianMillis() {
            return median(millis).orElseThrow();
        }

        OptionalDouble medianPeerMillis() {
            return median(peerMillis);
        }
    }

    /** The middle one, or the mean of the two in the middle; empty of nothing. */
    static OptionalDouble median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2);
    }

    /** Whether all checks pass. */
    boolean passes() {
        return checks.stream().allMatch(Check::passes);
    }

    /** The tables, as Markdown. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        line(text, "Device %s, libtorch in %s, %s.", device, libtorch, precision);
        line(
                text,
                "Measured: %.1f TFLOP/s in a product, %.0f GB/s in a copy (read and written)%s.",
                rates.operations() / 1e12,
                rates.copiedBytes() / 1e9,
                rates.crossing()
                        .map(crossing -> String.format(
                                Locale.ROOT,
                                ", %.1f GB/s to the device, %.1f GB/s back",
                                crossing.upBytes() / 1e9,
                                crossing.downBytes() / 1e9))
                        .orElse(""));
        line(text, "");
        line(text, "| against the CPU | relative error | tolerance | |");
        line(text, "|---|---|---|---|");
        for (Check check : checks) {
            line(
                    text,
                    "| %s | %.1e | %.0e | %s |",
                    check.what(),
                    check.error(),
                    check.tolerance(),
                    check.passes() ? "passes" : "FAILS");
        }
        line(text, "");
        line(
                text,
                "| batch | step ms | with its rows' store ms | impressions/s | floor ms: compute | crossing | step / floor"
                        + " | PyTorch loop ms | times as fast as the loop |");
        line(text, "|---|---|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            OptionalDouble peer = row.medianPeerMillis();
            line(
                    text,
                    "| %,d | %.2f | %.2f | %,.0f | %.3f | %.3f | %.1f | %s | %s |",
                    row.batch(),
                    row.stepMillis(),
                    row.medianMillis(),
                    1e3 * row.batch() / row.medianMillis(),
                    row.floor().computeMillis(rates),
                    row.floor().crossingMillis(rates),
                    row.stepMillis() / row.floor().millis(rates),
                    peer.isPresent() ? String.format(Locale.ROOT, "%.2f", peer.getAsDouble()) : "not run",
                    peer.isPresent()
                            ? String.format(Locale.ROOT, "%.2f", peer.getAsDouble() / row.medianMillis())
                            : "");
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Everything, as JSON. */
    String json() throws JsonProcessingException {
        return new ObjectMapper()
                .registerModule(new Jdk8Module())
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValueAsString(this);
    }
}
