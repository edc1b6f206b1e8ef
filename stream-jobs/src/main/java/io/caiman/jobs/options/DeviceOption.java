package io.caiman.jobs.options;

import io.caiman.model.nn.ComputeDevice;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option that chooses where networks compute; a picocli mixin for every command that trains. */
public final class DeviceOption {

    @Option(
            names = "--device",
            defaultValue = "auto",
            paramLabel = "DEVICE",
            converter = Converter.class,
            description =
                    "Where the network computes: auto, cpu, cpu:N for N threads, gpu, or gpu:N for the GPU with that number, from 0."
                            + " Default: ${DEFAULT-VALUE}, a GPU where there is one.")
    private ComputeDevice device = ComputeDevice.AUTO;

    /**
     * The device chosen.
     *
     * @throws IllegalArgumentException if it is a GPU that is not there
     */
    public ComputeDevice device() {
        device.check();
        return device;
    }

    /** Reads a device. */
    static final class Converter implements ITypeConverter<ComputeDevice> {

        @Override
        public ComputeDevice convert(String value) {
            return ComputeDevice.parse(value)
                    .orElseThrow(() ->
                            new TypeConversionException("'%s': expected %s".formatted(value, ComputeDevice.EXPECTED)));
        }
    }
}
