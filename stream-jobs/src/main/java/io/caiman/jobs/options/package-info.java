/**
 * What can be set about the jobs: typed options of Flink's configuration, read once and checked as a whole into immutable
 * records before anything starts. Each option, with its one default, is stated here and nowhere else.
 */
@NullMarked
package io.caiman.jobs.options;

import org.jspecify.annotations.NullMarked;
