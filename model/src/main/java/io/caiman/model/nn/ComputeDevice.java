package io.caiman.model.nn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the network computes.
 *
 * @param kind the sort of device
 * @param number which GPU, from 0; of the CPU, how many threads share a product, from 1; otherwise 0
 */
public record ComputeDevice(Kind kind, int number) implements Serializable {

    /** A sort of device. */
    public enum Kind {
        /** The first GPU if PyTorch sees one, else the CPU. */
        AUTO,
        CPU,
        /** One GPU; an error where PyTorch does not see it. */
        GPU
    }

    /** The first GPU if PyTorch sees one, else the CPU. */
    public static final ComputeDevice AUTO = new ComputeDevice(Kind.AUTO, 0);

    public static final ComputeDevice CPU = cpu(1);

    /** How {@link #parse} takes it, in words. */
    public static final String EXPECTED =
            "one of auto, cpu, cpu:N with N threads from 1, gpu, gpu:N with N the GPU's number from 0";

    private static final Pattern NUMBERED = Pattern.compile("(cpu|gpu):(\\d{1,4})");

    public ComputeDevice {
        boolean known = switch (kind) {
            case AUTO -> number == 0;
            case CPU -> number >= 1;
            case GPU -> number >= 0;
        };
        if (!known) {
            throw new IllegalArgumentException("device %s number %d: expected %s".formatted(kind, number, EXPECTED));
        }
    }

    /**
     * The CPU, so many native threads sharing each product. More than one are worth it where there are cores that nothing else
     * uses, the environment having {@code OMP_WAIT_POLICY=passive}: a thread that waits otherwise keeps its core from the
     * stream. Another number of threads may round otherwise.
     */
    public static ComputeDevice cpu(int threads) {
        return new ComputeDevice(Kind.CPU, threads);
    }

    /** One GPU, by its number from 0. */
    public static ComputeDevice gpu(int number) {
        return new ComputeDevice(Kind.GPU, number);
    }

    /** What {@link #toString} wrote, in any case; empty if it is no device. */
    public static Optional<ComputeDevice> parse(String text) {
        String device = text.strip().toLowerCase(Locale.ROOT);
        Matcher numbered = NUMBERED.matcher(device);
        if (numbered.matches()) {
            int number = Integer.parseInt(numbered.group(2));
            if (numbered.group(1).equals("gpu")) {
                return Optional.of(gpu(number));
            }
            return number == 0 ? Optional.empty() : Optional.of(cpu(number));
        }
        return switch (device) {
            case "auto" -> Optional.of(AUTO);
            case "cpu" -> Optional.of(CPU);
            case "gpu" -> Optional.of(gpu(0));
            default -> Optional.empty();
        };
    }

    /**
     * Makes sure that it is there, before anything is started for it. Only a GPU that is asked for can be missing; for
     * it, libtorch is loaded.
     *
     * @throws IllegalArgumentException if it is missing, with what was looked for, what was found and the remedy
     */
    public void check() {
        if (kind == Kind.GPU) {
            open().close();
        }
    }

    /**
     * A manager for arrays on this device, to be closed by the caller. On the CPU as many native threads compute as it says, one
     * where it says nothing.
     *
     * @throws IllegalArgumentException if a GPU is asked for and there is none, or libtorch is one that does not work here
     */
    public NDManager open() {
        Engine engine = Engine.getEngine("PyTorch");
        if (kind == Kind.GPU) {
            CudaSight.look().missing(number).ifPresent(reason -> {
                throw new IllegalArgumentException("device %s: %s".formatted(this, reason));
            });
        }
        boolean gpu = kind == Kind.GPU || (kind == Kind.AUTO && engine.getGpuCount() > 0);
        if (!gpu) {
            JniUtils.setNumThreads(Math.max(1, number));
        }
        NDManager manager = engine.newBaseManager(gpu ? Device.gpu(number) : Device.cpu());
        try {
            manager.create(AlignedFloats.allocate(1), new Shape(1), DataType.FLOAT32)
                    .close();
            return manager;
        } catch (EngineException e) {
            manager.close();
            throw new IllegalArgumentException(
                    "device %s: libtorch in %s makes no array: expected the version that DJL's native library is for, 2.7.1 (later ones load, and fail); let PYTORCH_LIBRARY_PATH name a folder of that"
                            .formatted(this, LibUtils.getLibtorchPath()),
                    e);
        }
    }

    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return number == 0 || equals(CPU) ? name : name + ":" + number;
    }
}
