package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeDeviceTest {

    private static final Path LIBTORCH = Path.of("/opt/torch/lib");

    @ParameterizedTest
    @CsvSource({"auto, AUTO, 0", "CPU, CPU, 1", "cpu:4, CPU, 4", "gpu, GPU, 0", "GPU:0, GPU, 0", "' gpu:3 ', GPU, 3"})
    void a_device_is_read_in_any_case(String text, ComputeDevice.Kind kind, int number) {
        assertThat(ComputeDevice.parse(text)).contains(new ComputeDevice(kind, number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tpu", "gpu:", "gpu:-1", "gpu:one", "gpu1", "cpu:0", "auto:1", "gpu:99999"})
    void anything_else_is_no_device(String text) {
        assertThat(ComputeDevice.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "cpu:2", "gpu", "gpu:7"})
    void a_device_is_written_as_it_is_read(String text) {
        assertThat(ComputeDevice.parse(text).orElseThrow()).hasToString(text);
    }

    @Test
    void gpus_are_counted_from_0_and_the_cpus_threads_from_1() {
        assertThatIllegalArgumentException().isThrownBy(() -> ComputeDevice.gpu(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> ComputeDevice.cpu(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ComputeDevice(ComputeDevice.Kind.AUTO, 1));
    }

    @Test
    void the_cpu_multiplies_with_as_many_threads_as_it_is_told() {
        try (NDManager two = ComputeDevice.cpu(2).open()) {
            assertThat(JniUtils.getNumThreads()).isEqualTo(2);
        }
        try (NDManager one = ComputeDevice.CPU.open()) {
            assertThat(JniUtils.getNumThreads()).isEqualTo(1);
        }
    }

    @Test
    void a_gpu_that_is_absent_is_refused_with_what_was_found_and_the_remedy() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "there is a GPU here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ComputeDevice.gpu(1).check())
                .withMessageContainingAll(
                        "device gpu:1", "GPU number 1", "libtorch in /", "0 devices counted", "or choose cpu");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ComputeDevice.gpu(0).open());
    }

    @Test
    void the_cpu_is_always_there() {
        ComputeDevice.CPU.check();
        try (NDManager manager = ComputeDevice.CPU.open()) {
            assertThat(manager.getDevice()).isEqualTo(Device.cpu());
        }
    }

    @Test
    void auto_falls_back_to_the_cpu() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "there is a GPU here");
        ComputeDevice.AUTO.check();
        try (NDManager manager = ComputeDevice.AUTO.open()) {
            assertThat(manager.getDevice()).isEqualTo(Device.cpu());
        }
    }

    @Test
    void the_remedy_is_that_of_the_first_thing_that_is_missing() {
        assertThat(sight(false, false, false, 0).missing(0))
                .hasValueSatisfying(reason -> assertThat(reason)
                        .contains("without its part for CUDA", "PYTORCH_FLAVOR not set", "PYTORCH_LIBRARY_PATH name"));
        assertThat(sight(true, true, false, 0).missing(0))
                .hasValueSatisfying(reason -> assertThat(reason)
                        .contains("with its part for CUDA", "libcudart.so not visible", "LD_LIBRARY_PATH"));
        assertThat(sight(true, false, true, 0).missing(0))
                .hasValueSatisfying(reason -> assertThat(reason).contains("no device that it can use", "nvidia-smi"));
        assertThat(sight(true, true, true, 2).missing(2))
                .hasValueSatisfying(reason -> assertThat(reason).contains("2 devices counted", "gpu:0 to gpu:1"));
        assertThat(sight(true, true, true, 1).missing(1))
                .hasValueSatisfying(reason -> assertThat(reason).contains("choose gpu,"));
    }

    @Test
    void nothing_is_missing_where_all_is_seen() {
        assertThat(sight(true, true, true, 2).missing(1)).isEmpty();
    }

    private static CudaSight sight(boolean builtForCuda, boolean driver, boolean runtime, int devices) {
        return new CudaSight(LIBTORCH, Optional.empty(), builtForCuda, driver, runtime, devices);
    }
}
