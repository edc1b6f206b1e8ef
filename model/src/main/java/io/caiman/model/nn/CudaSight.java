package io.caiman.model.nn;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What this process can see of CUDA.
 *
 * @param libtorch the folder that libtorch was loaded from
 * @param flavor of libtorch, as {@code PYTORCH_FLAVOR} says; empty if that is not set
 * @param builtForCuda whether libtorch has its part for CUDA
 * @param driver whether libtorch finds a driver and a device that it can use
 * @param runtime whether {@code libcudart.so} is found, by which devices are counted
 * @param devices how many are counted
 */
record CudaSight(
        Path libtorch, Optional<String> flavor, boolean builtForCuda, boolean driver, boolean runtime, int devices) {

    /** Loads libtorch and looks. */
    static CudaSight look() {
        Engine engine = Engine.getEngine("PyTorch");
        Path libtorch = Path.of(LibUtils.getLibtorchPath());
        return new CudaSight(
                libtorch,
                Optional.ofNullable(System.getenv("PYTORCH_FLAVOR")),
                Files.exists(libtorch.resolve(System.mapLibraryName("torch_cuda"))),
                engine.hasCapability(StandardCapabilities.CUDA),
                seesRuntime(),
                CudaUtils.getGpuCount());
    }

    private static boolean seesRuntime() {
        try {
            CudaUtils.getCudaVersion();
            return true;
        } catch (IllegalStateException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Why a GPU cannot be used: what was looked for, what was found, what to do; empty if it can. */
    Optional<String> missing(int number) {
        String remedy;
        if (!builtForCuda) {
            remedy = "let PYTORCH_LIBRARY_PATH name the folder of a libtorch built for CUDA, and PYTORCH_FLAVOR its"
                    + " flavor, such as cu128";
        } else if (!runtime) {
            remedy = "put the folder of a file libcudart.so, by that very name, on LD_LIBRARY_PATH";
        } else if (!driver || devices == 0) {
            remedy = "see whether nvidia-smi lists the GPU here, whether CUDA_VISIBLE_DEVICES hides it, and whether the"
                    + " driver is new enough for this libtorch";
        } else if (number >= devices) {
            remedy = devices == 1 ? "choose gpu" : "choose one of gpu:0 to gpu:" + (devices - 1);
        } else {
            return Optional.empty();
        }
        return Optional.of(
                "expected GPU number %d, seen through a libtorch built for CUDA, a driver and libcudart.so; found libtorch in %s %s its part for CUDA (PYTORCH_FLAVOR %s), %s device that it can use, libcudart.so %s, %d devices counted; %s, or choose cpu"
                        .formatted(
                                number,
                                libtorch,
                                builtForCuda ? "with" : "without",
                                flavor.map(name -> "= " + name).orElse("not set"),
                                driver ? "a" : "no",
                                runtime ? "visible" : "not visible",
                                devices,
                                remedy));
    }
}
