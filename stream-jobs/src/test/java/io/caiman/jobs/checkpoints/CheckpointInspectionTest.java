package io.caiman.jobs.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle.Mode;
import org.apache.flink.runtime.state.OperatorStateHandle.StateMetaInfo;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata as Flink writes them, with a changed bit. */
class CheckpointInspectionTest {

    private static final int TOP_BIT = 0x80;

    @TempDir
    Path checkpoint;

    private final byte[] sealed = new byte[40];
    private byte[] metadata = new byte[0];

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(sealed);
        byte[] inside = Sealed.seal(sealed);
        byte[] state = ByteBuffer.allocate(Integer.BYTES + inside.length)
                .putInt(inside.length)
                .put(inside)
                .array();
        Path file = Files.write(checkpoint.resolve("state"), state);
        OperatorState operator = new OperatorState("trainer", "trainer", new OperatorID(1, 2), 2, 128);
        operator.putState(0, subtask(new ByteStreamStateHandle("in the metadata", state)));
        operator.putState(
                1, subtask(new FileStateHandle(new org.apache.flink.core.fs.Path(file.toUri()), state.length)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Checkpoints.storeCheckpointMetadata(new CheckpointMetadata(7, List.of(operator), List.of()), out);
        metadata = out.toByteArray();
    }

    private static OperatorSubtaskState subtask(StreamStateHandle state) {
        return OperatorSubtaskState.builder()
                .setManagedOperatorState(new OperatorStreamStateHandle(
                        Map.of("sealed-weights", new StateMetaInfo(new long[] {0}, Mode.SPLIT_DISTRIBUTE)), state))
                .setManagedKeyedState(
                        new KeyGroupsStateHandle(new KeyGroupRangeOffsets(0, 2, new long[] {0, 0, 0}), state))
                .build();
    }

    private Optional<String> damage(byte[] bytes) throws IOException {
        Files.write(checkpoint.resolve("_metadata"), bytes);
        return CheckpointInspection.damage(new org.apache.flink.core.fs.Path(checkpoint.toUri()));
    }

    @Test
    void whatever_byte_of_the_metadata_is_damaged_the_next_checkpoint_can_be_tried() throws IOException {
        assertThat(damage(metadata)).isEmpty();
        int found = 0;
        for (int i = 0; i < metadata.length; i++) {
            byte[] damaged = metadata.clone();
            damaged[i] ^= (byte) TOP_BIT;
            assertThatCode(() -> damage(damaged)).as("byte %d", i).doesNotThrowAnyException();
            found += damage(damaged).isPresent() ? 1 : 0;
        }
        assertThat(found).isGreaterThan(metadata.length / 4);
    }

    @Test
    void a_length_beyond_all_memory_is_damage() throws IOException {
        byte[] length = ByteBuffer.allocate(Integer.BYTES + sealed.length)
                .putInt(sealed.length + Integer.BYTES)
                .put(sealed)
                .array();
        // Before the state that lies in the metadata is its length, and this is more than any array has.
        int at = indexOf(metadata, length) - Integer.BYTES;
        ByteBuffer.wrap(metadata).putInt(at, Integer.MAX_VALUE);
        assertThat(damage(metadata))
                .hasValueSatisfying(reason -> assertThat(reason).contains("_metadata", "OutOfMemoryError"));
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i + part.length <= all.length; i++) {
            if (ByteBuffer.wrap(all, i, part.length).equals(ByteBuffer.wrap(part))) {
                return i;
            }
        }
        throw new AssertionError("it is not there");
    }
}
