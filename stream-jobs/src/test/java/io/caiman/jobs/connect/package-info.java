@NullMarked
package io.caiman.jobs.connect;

import org.jspecify.annotations.NullMarked;
