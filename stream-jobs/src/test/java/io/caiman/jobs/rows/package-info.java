@NullMarked
package io.caiman.jobs.rows;

import org.jspecify.annotations.NullMarked;
