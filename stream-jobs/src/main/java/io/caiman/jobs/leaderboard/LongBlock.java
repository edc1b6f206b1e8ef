package io.caiman.jobs.leaderboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Many numbers written and read at once, several times as fast as one by one. */
final class LongBlock {

    /** Numbers that are copied to bytes at a time. */
    private static final int AT_ONCE = 1 << 10;

    private LongBlock() {}

    /** The first so many numbers, 8 bytes each, the most significant byte first. */
    static void write(long[] numbers, int count, DataOutputView target) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(count, AT_ONCE) * Long.BYTES);
        for (int from = 0; from < count; from += AT_ONCE) {
            int part = Math.min(AT_ONCE, count - from);
            bytes.asLongBuffer().put(numbers, from, part);
            target.write(bytes.array(), 0, part * Long.BYTES);
        }
    }

    /** So many numbers that {@link #write} wrote. */
    static long[] read(int count, DataInputView source) throws IOException {
        long[] numbers = new long[count];
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(count, AT_ONCE) * Long.BYTES);
        for (int from = 0; from < count; from += AT_ONCE) {
            int part = Math.min(AT_ONCE, count - from);
            source.readFully(bytes.array(), 0, part * Long.BYTES);
            bytes.asLongBuffer().get(numbers, from, part);
        }
        return numbers;
    }
}
