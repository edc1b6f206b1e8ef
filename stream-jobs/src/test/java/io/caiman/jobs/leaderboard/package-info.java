@NullMarked
package io.caiman.jobs.leaderboard;

import org.jspecify.annotations.NullMarked;
