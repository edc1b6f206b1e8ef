package io.caiman.faults;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the metrics job under test cuts event time, in ms.
 *
 * @param windows lengths of the rolling windows by the names they are published under
 * @param lateness a whole number of panes
 * @param last numbers of latest impressions that count windows are over
 */
record EventTimeCut(long pane, Map<String, Long> windows, long lateness, long outOfOrderness, List<Integer> last) {

    /** The job's arguments that say the same. */
    List<String> arguments() {
        return List.of(
                "--pane",
                pane + "ms",
                "--window",
                windows.values().stream().map(length -> length + "ms").collect(Collectors.joining(",")),
                "--allowed-lateness",
                lateness + "ms",
                "--last",
                last.stream().map(String::valueOf).collect(Collectors.joining(",")),
                "-D",
                "caiman.metrics.out-of-orderness=" + outOfOrderness + "ms");
    }

    /** Start of the pane of an event time. */
    long start(long time) {
        return Math.floorDiv(time, pane) * pane;
    }

    /** End of the last window that is published once the partition that is least far has come to an event time. */
    long closedAt(long time) {
        return start(time - outOfOrderness);
    }

    /** Whether a prediction is in the final figures of the windows that end here and are over its event time. */
    boolean counts(Arrival arrival, long end) {
        return end > arrival.closed() - lateness;
    }

    long longest() {
        return windows.values().stream().mapToLong(length -> length).max().orElseThrow();
    }
}
