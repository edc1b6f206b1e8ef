package io.caiman.dashboard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.OptionalDouble;

/**
 * One point of a curve of figures; what is undefined is empty.
 *
 * @param time event time, milliseconds since 1970: the end of what it is over
 * @param impressions how many it is over
 * @param positives how many of them are positive
 * @param version of the state when it last changed
 */
record Point(
        long time,
        long impressions,
        long positives,
        OptionalDouble auc,
        OptionalDouble gauc,
        OptionalDouble logLoss,
        OptionalDouble calibration,
        @JsonIgnore long version)
        implements Curve.Timed {}
