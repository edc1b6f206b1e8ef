package io.caiman.model.nn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/** Where the network computes. */
public enum ComputeDevice {
    /** The first GPU if PyTorch sees one, else the CPU. */
    AUTO,
    CPU,
    /** The first GPU; an error where PyTorch sees none. */
    GPU;

    /**
     * A manager for arrays on this device, to be closed by the caller. On the CPU one native thread computes, which
     * leaves the other cores to the stream: two native threads under contention were measured to be slower than one.
     *
     * @throws IllegalStateException if a GPU is asked for and there is none
     */
    public NDManager open() {
        Engine engine = Engine.getEngine("PyTorch");
        boolean gpu = this != CPU && engine.getGpuCount() > 0;
        if (this == GPU && !gpu) {
            throw new IllegalStateException(
                    "device 'gpu' was asked for, but PyTorch sees no GPU: expected a CUDA driver and"
                            + " a libtorch built for CUDA (PYTORCH_LIBRARY_PATH and PYTORCH_FLAVOR); or choose device 'cpu'");
        }
        if (!gpu) {
            JniUtils.setNumThreads(1);
        }
        return engine.newBaseManager(gpu ? Device.gpu() : Device.cpu());
    }
}
