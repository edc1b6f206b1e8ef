package io.caiman.model.embedding;

/** What the rows of a table hold before they were ever written: a function of a seed and the row's key alone. */
public interface FirstValues {

    /** Floats in one row. */
    int stride();

    /** Writes the first values of the row with this key at {@code offset}. */
    void initialize(long key, float[] rows, int offset);
}
