package io.caiman.dashboard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.OptionalDouble;

/**
 * One point of a curve.
 *
 * @param time event time, milliseconds since 1970
 * @param impressions how many it is over
 * @param auc empty where undefined
 * @param gauc empty where undefined
 * @param version of the state when it last changed
 */
record Point(
        long time,
        long impressions,
        OptionalDouble auc,
        OptionalDouble gauc,
        @JsonIgnore long version) {}
