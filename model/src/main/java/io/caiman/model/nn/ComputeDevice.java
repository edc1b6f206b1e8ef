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
 * @param number which GPU, from 0; 0 for every other kind
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

    public static final ComputeDevice CPU = new ComputeDevice(Kind.CPU, 0);

    /** How {@link #parse} takes it, in words. */
    public static final String EXPECTED = "one of auto, cpu, gpu, gpu:N with N the GPU's number from 0";

    private static final Pattern NUMBERED = Pattern.compile("gpu:(\\d{1,4})");

    public ComputeDevice {
        if (number < 0 || (kind != Kind.GPU && number != 0)) {
            throw new IllegalArgumentException("device %s number %d: expected %s".formatted(kind, number, EXPECTED));
        }
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
            return Optional.of(gpu(Integer.parseInt(numbered.group(1))));
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
     * A manager for arrays on this device, to be closed by the caller. On the CPU one native thread computes, which
     * leaves the other cores to the stream: two native threads under contention were measured to be slower than one.
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
            JniUtils.setNumThreads(1);
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
        return number == 0 ? name : name + ":" + number;
    }
}
