package io.caiman.model.nn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Direct memory for arrays, starting where a cache line starts. The native library's products take another path, and
 * round another way, over arrays that start elsewhere: without this, the same input could give other scores in another
 * run.
 */
public final class AlignedFloats {

    /** Bytes of a cache line and of the widest vector register. */
    private static final int LINE = 64;

    /** Floats in one. */
    static final int LINE_FLOATS = LINE / Float.BYTES;

    private AlignedFloats() {}

    /** Memory for this many floats, in the machine's byte order, all 0. */
    public static ByteBuffer allocate(int floats) {
        return ByteBuffer.allocateDirect(Math.addExact(Math.multiplyExact(floats, Float.BYTES), 2 * LINE))
                .alignedSlice(LINE)
                .slice(0, floats * Float.BYTES)
                .order(ByteOrder.nativeOrder());
    }
}
