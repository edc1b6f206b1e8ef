package io.caiman.model.embedding;

/** Looks at the rows of a store. */
@FunctionalInterface
public interface RowVisitor {

    /**
     * Looks at one row.
     *
     * @param rows holds the row from {@code offset} on; only during the call, and only to be read
     */
    void row(long key, float[] rows, int offset);
}
