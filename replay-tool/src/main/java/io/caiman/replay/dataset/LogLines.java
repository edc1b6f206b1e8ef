package io.caiman.replay.dataset;

import java.io.Closeable;
import java.io.IOException;

/** The lines of a file, one after the other. */
interface LogLines extends Closeable {

    /** Goes to the next line; false after the last. */
    boolean next() throws IOException;

    /** The array that holds the line from {@link #start()} to {@link #end()}, valid until the next {@link #next()}. */
    byte[] bytes();

    int start();

    int end();

    /** Whether this is only the start of a line longer than is kept. */
    boolean cut();

    /** Number of this line, counted from 1. */
    long number();
}
