@NullMarked
package io.caiman.jobs.alerts;

import org.jspecify.annotations.NullMarked;
