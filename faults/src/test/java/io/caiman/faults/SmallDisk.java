package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few megabytes that can be filled and made room on. */
final class SmallDisk implements AutoCloseable {

    private static final int MEGABYTES = 64;

    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /** Mounts it, or skips the test where that is not allowed. */
    static SmallDisk mount(Path path) throws Exception {
        Files.createDirectories(path);
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m", "tmpfs", path.toString());
        Assumptions.assumeTrue(mounted, "this user may not mount a file system of limited size; run as root to test");
        return new SmallDisk(path);
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    Path path() {
        return path;
    }

    /** Takes all room that is left. */
    void fill() throws IOException {
        byte[] megabyte = new byte[1 << 20];
        try (var ballast = Files.newOutputStream(ballast())) {
            for (int i = 0; i < MEGABYTES; i++) {
                ballast.write(megabyte);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
            return;
        }
        throw new AssertionError("the disk never got full");
    }

    void makeRoom() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return path.resolve("ballast");
    }

    @Override
    public void close() throws Exception {
        // What still runs may hold it: it goes when they do.
        assertThat(run("umount", "-l", path.toString())).as("unmounted").isTrue();
    }
}
