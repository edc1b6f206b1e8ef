# The jobs with a libtorch for CUDA, the version that the JNI in the jobs' image is for (2.7.1, cu128).
# docker build -f k8s/images/jobs-gpu.Dockerfile --build-arg JOBS=caiman/jobs:0.1.0 -t caiman/jobs-gpu:0.1.0 k8s/images
ARG JOBS=caiman/jobs:0.1.0
FROM pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime@sha256:c16f4c749e2d9e96878875cdf6cc45cddda1d1a36fddd371dd6f2360f1b6e2a2 AS torch
# As the libraries look for each other: torch/lib beside nvidia and cusparselt. One that is missing is told here, not on the GPU.
RUN mkdir /pytorch \
 && site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && mkdir /pytorch/torch \
 && cp -r "$site/torch/lib" /pytorch/torch/lib \
 && cp -r "$site/nvidia" /pytorch/nvidia \
 && if [ -e "$site/cusparselt" ]; then cp -r "$site/cusparselt" /pytorch/cusparselt; fi \
 && ln -s libcudart.so.12 /pytorch/nvidia/cuda_runtime/lib/libcudart.so \
 && ldd /pytorch/torch/lib/libtorch_cuda.so > /tmp/needed && ! grep 'not found' /tmp/needed

FROM ${JOBS}
COPY --from=torch /pytorch /opt/pytorch
ENV PYTORCH_LIBRARY_PATH=/opt/pytorch/torch/lib \
    PYTORCH_FLAVOR=cu128 \
    LD_LIBRARY_PATH=/opt/pytorch/torch/lib:/opt/pytorch/nvidia/cuda_runtime/lib \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
