/**
 * Alerts: rules over what the other topics say, evaluated as it comes. A rule has to hold for a while before it is told of,
 * and to be clearly over before that is, so that a figure near its limit does not flap.
 */
@NullMarked
package io.caiman.jobs.alerts;

import org.jspecify.annotations.NullMarked;
