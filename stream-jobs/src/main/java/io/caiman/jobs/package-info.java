@NullMarked
package io.caiman.jobs;

import org.jspecify.annotations.NullMarked;
