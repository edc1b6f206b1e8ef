package io.caiman.jobs.connect;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Numbers from 0 on of which most are small: seven bits a byte, the lowest first; the highest bit says that more follow. */
public final class VariableLength {

    private VariableLength() {}

    /** Writes a number, 0 or more. */
    public static void write(long value, DataOutputView target) throws IOException {
        long left = value;
        while (left > 0x7F) {
            target.writeByte((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        target.writeByte((int) left);
    }

    /** Reads what {@link #write} wrote. */
    public static long read(DataInputView source) throws IOException {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = source.readByte();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
