package io.caiman.jobs.checkpoints;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle.StateMetaInfo;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Whether a checkpoint is whole: its metadata can be read, every file it names is as long as it was, RocksDB opens what is
 * its and finds each block's checksum right, and what was {@link Sealed} still is. That reads all of it once.
 *
 * <p>Not seen: a changed bit in the metadata itself, or in operator state that is not sealed, such as Kafka offsets.
 */
public final class CheckpointInspection {

    private CheckpointInspection() {}

    /**
     * What is wrong with a checkpoint, in words; empty if nothing is.
     *
     * @param checkpoint the directory with its metadata
     */
    public static Optional<String> damage(Path checkpoint) {
        try {
            for (OperatorState operator : metadata(checkpoint).getOperatorStates()) {
                for (OperatorSubtaskState state : operator.getStates()) {
                    inspect(state);
                }
            }
            return Optional.empty();
        } catch (RocksDBException e) {
            return Optional.of("RocksDB cannot read what is its: " + e.getMessage());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // What the metadata say of the files may be damaged too: a name that is no path, a place before the
            // beginning.
            return Optional.of("what its metadata say cannot be followed: " + e);
        }
    }

    private static CheckpointMetadata metadata(Path checkpoint) throws IOException {
        Path file = new Path(checkpoint, "_metadata");
        try (DataInputStream in = new DataInputStream(file.getFileSystem().open(file))) {
            return Checkpoints.loadCheckpointMetadata(
                    in, CheckpointInspection.class.getClassLoader(), checkpoint.toString());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Flink's reader makes arrays of the lengths it reads. One that was damaged may be negative,
            // or more than the heap has; then nothing was taken of it.
            throw new IOException("%s cannot be read: %s".formatted(file, e), e);
        }
    }

    private static void inspect(OperatorSubtaskState state) throws IOException, RocksDBException {
        for (OperatorStateHandle handle : state.getManagedOperatorState()) {
            requireWhole(handle.getDelegateStateHandle());
            for (Map.Entry<String, StateMetaInfo> part :
                    handle.getStateNameToPartitionOffsets().entrySet()) {
                if (part.getKey().startsWith(Sealed.STATE_PREFIX)) {
                    requireSealed(handle, part.getKey(), part.getValue().getOffsets());
                }
            }
        }
        for (OperatorStateHandle handle : state.getRawOperatorState()) {
            requireWhole(handle.getDelegateStateHandle());
        }
        List<KeyedStateHandle> keyed = new ArrayList<>(state.getManagedKeyedState());
        keyed.addAll(state.getRawKeyedState());
        for (KeyedStateHandle handle : keyed) {
            if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
                requireWhole(incremental.getMetaDataStateHandle());
                inspectDatabase(incremental);
            } else if (handle instanceof KeyGroupsStateHandle groups) {
                requireWhole(groups.getDelegateStateHandle());
            }
        }
    }

    private static void requireWhole(StreamStateHandle handle) throws IOException {
        Optional<Path> path = handle.maybeGetPath();
        if (path.isPresent()) {
            long length = path.get().getFileSystem().getFileStatus(path.get()).getLen();
            if (length != handle.getStateSize()) {
                throw new IOException(
                        "%s has %d bytes; it had %d".formatted(path.get(), length, handle.getStateSize()));
            }
        }
    }

    /** Elements of such a state lie as a length and as many bytes, from these offsets on. */
    private static void requireSealed(OperatorStateHandle handle, String state, long[] offsets) throws IOException {
        try (FSDataInputStream file = handle.openInputStream();
                DataInputStream in = new DataInputStream(file)) {
            for (long offset : offsets) {
                file.seek(offset);
                int length = in.readInt();
                if (length < 0 || length > handle.getStateSize() || !Sealed.isIntact(in.readNBytes(length))) {
                    throw new IOException("state '%s' in %s does not match its checksum"
                            .formatted(state, handle.getDelegateStateHandle()));
                }
            }
        }
    }

    private static void inspectDatabase(IncrementalRemoteKeyedStateHandle handle) throws IOException, RocksDBException {
        java.nio.file.Path directory = Files.createTempDirectory("caiman-checkpoint");
        try {
            for (HandleAndLocalPath file : handle.getPrivateState()) {
                place(file, directory);
            }
            for (HandleAndLocalPath file : handle.getSharedState()) {
                place(file, directory);
            }
            verify(directory.toString());
        } finally {
            try (Stream<java.nio.file.Path> files = Files.walk(directory)) {
                for (java.nio.file.Path file :
                        files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void place(HandleAndLocalPath file, java.nio.file.Path directory) throws IOException {
        StreamStateHandle handle = file.getHandle();
        requireWhole(handle);
        java.nio.file.Path here = directory.resolve(file.getLocalPath());
        Optional<URI> local = handle.maybeGetPath().map(Path::toUri).filter(uri -> "file".equals(uri.getScheme()));
        if (local.isPresent()) {
            Files.createSymbolicLink(here, java.nio.file.Path.of(local.get()));
        } else {
            try (InputStream in = handle.openInputStream();
                    OutputStream out = Files.newOutputStream(here)) {
                in.transferTo(out);
            }
        }
    }

    private static void verify(String directory) throws RocksDBException {
        RocksDB.loadLibrary();
        try (Options options = new Options();
                DBOptions databaseOptions = new DBOptions();
                ColumnFamilyOptions columnOptions = new ColumnFamilyOptions()) {
            List<ColumnFamilyDescriptor> columns = RocksDB.listColumnFamilies(options, directory).stream()
                    .map(name -> new ColumnFamilyDescriptor(name, columnOptions))
                    .collect(Collectors.toList());
            // The database closes the handles with itself.
            try (RocksDB database = RocksDB.openReadOnly(databaseOptions, directory, columns, new ArrayList<>())) {
                database.verifyChecksum();
            }
        }
    }
}
