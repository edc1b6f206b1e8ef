package io.caiman.jobs.rows;

import java.io.Serializable;

/**
 * What a table of rows may take of the machine.
 *
 * @param cacheBytes heap for rows, at least 1; a single mini-batch with more is held all the same
 * @param spillBytes local disk for rows that left the heap and are not in the state yet; 0: they go to the state at once
 * @param threads that read and write rows at the same time, the caller's included
 */
public record RowStoreOptions(long cacheBytes, long spillBytes, int threads) implements Serializable {

    public RowStoreOptions {
        require("bytes of cache", cacheBytes, 1);
        require("bytes of spill", spillBytes, 0);
        require("threads", threads, 1);
    }

    private static void require(String what, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException("%s: %d; expected at least %d".formatted(what, value, least));
        }
    }
}
