/**
 * The store of embedding rows: rows in RocksDB keyed state, one shard for each key group, behind a write-back cache of
 * flat arrays.
 */
@NullMarked
package io.caiman.jobs.rows;

import org.jspecify.annotations.NullMarked;
