package io.caiman.jobs.options;

import io.caiman.model.nn.ComputeDevice;
import picocli.CommandLine.Option;

/** The option that chooses where networks compute; a picocli mixin for every command that trains. */
public final class DeviceOption {

    @Option(
            names = "--device",
            defaultValue = "auto",
            description =
                    "Where the network computes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}, a GPU where there is one.")
    private ComputeDevice device = ComputeDevice.AUTO;

    /** The device chosen. */
    public ComputeDevice device() {
        return device;
    }
}
