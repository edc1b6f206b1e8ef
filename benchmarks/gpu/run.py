#!/usr/bin/env python3
"""Measures the training step on this machine's GPU, or its CPU, with what pack.py packed and the libtorch of this Python.

    python3 run.py --out OUT                      # on the GPU
    python3 run.py --out OUT --device cpu --batches 64,256 --seconds 1

First the step's result is held against the CPU's; then come times, the floor and plain PyTorch in turn, and where the time goes.
Needs python3 with torch and numpy, and nothing else; where torch is not the version that DJL's native library is for, g++
too. Leaves OUT/device.json, OUT/device.md and OUT/parts-N.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What DJL's native library in the pack was compiled for.
JNI_TORCH = "2.7."


class Parts:
    """The parts of the archive as one stream."""

    def __init__(self, paths):
        self.paths, self.file = list(paths), None

    def read(self, size=-1):
        data = b""
        while size < 0 or len(data) < size:
            if self.file is None:
                if not self.paths:
                    break
                self.file = open(self.paths.pop(0), "rb")
            more = self.file.read(size - len(data) if size >= 0 else -1)
            if not more:
                self.file.close()
                self.file = None
            data += more
        return data


def unpack(scratch):
    parts = sorted(HERE.glob("pack.tar.xz.*"))
    if not parts:
        sys.exit(f"no pack.tar.xz.* in {HERE}: pack.py makes them")
    with tarfile.open(fileobj=Parts(parts), mode="r|xz") as tar:
        tar.extractall(scratch)


def load_torch():
    try:
        import numpy  # noqa: F401, the peer's
        import torch
    except ImportError as e:
        sys.exit(f"this Python ({sys.executable}) has no torch and numpy, of which libtorch and the peer are made: {e}")
    return torch


def native_library(torch, scratch):
    """A folder that DJL finds libtorch in, and a native library that fits it."""
    libraries = Path(torch.__file__).parent / "lib"
    if torch.__version__.startswith(JNI_TORCH):
        print(f"torch {torch.__version__}: DJL's own native library fits", flush=True)
        return libraries
    print(f"torch {torch.__version__} is not {JNI_TORCH}x, which DJL's native library is for: compiling djl_torch.cc", flush=True)
    if not shutil.which("g++"):
        sys.exit(f"no g++ to compile it with: bring a Python with torch {JNI_TORCH}x, or g++")
    # DJL takes a native library that lies beside libtorch; Python's folder stays as it is.
    folder = scratch / "libtorch"
    folder.mkdir()
    for library in libraries.glob("*.so*"):
        (folder / library.name).symlink_to(library)
    headers = [f"-I{Path(torch.__file__).parent / 'include'}", f"-I{scratch / 'include'}"]
    abi = f"-D_GLIBCXX_USE_CXX11_ABI={int(torch.compiled_with_cxx11_abi())}"
    for standard in ("c++17", "c++20"):
        command = ["g++", f"-std={standard}", "-O2", "-fPIC", "-shared", "-w", abi] + headers
        command += [str(HERE / "djl_torch.cc"), "-o", str(folder / "libdjl_torch.so")]
        command += [f"-L{libraries}", "-ltorch_cpu", "-lc10"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return folder
    sys.exit(f"djl_torch.cc does not compile with torch {torch.__version__}:\n{done.stderr[-3000:]}")


def environment(torch, libtorch, scratch, options):
    libraries = [Path(torch.__file__).parent / "lib"]
    site = Path(torch.__file__).parent.parent
    libraries += sorted({library.parent for library in site.glob("nvidia/**/lib/*.so*")})
    # DJL counts GPUs through a library of this very name.
    links = scratch / "cudart"
    links.mkdir()
    runtimes = [found for folder in libraries + [Path("/usr/local/cuda/lib64")] for found in sorted(folder.glob("libcudart*.so*"))]
    if runtimes:
        (links / "libcudart.so").symlink_to(runtimes[0])
    path = [str(folder) for folder in [links] + libraries] + os.environ.get("LD_LIBRARY_PATH", "").split(":")
    own = libtorch.parent == scratch
    variables = dict(
        os.environ,
        PYTORCH_LIBRARY_PATH=str(libtorch),
        # DJL has a native library for cu128. Else libtorch.so itself loads its part for CUDA, if it has one.
        PYTORCH_FLAVOR="cu128" if torch.cuda.is_available() and not own else "cpu",
        ENGINE_CACHE_DIR=str(scratch / "djl"),
        LD_LIBRARY_PATH=":".join(filter(None, path)),
        MALLOC_MMAP_THRESHOLD_="1073741824",
        MALLOC_TRIM_THRESHOLD_="1073741824",
    )
    for unwanted in ("PYTORCH_VERSION", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"):
        variables.pop(unwanted, None)
    if options.precision == "tf32":
        variables["TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"] = "1"
    return variables


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--device", default="gpu", help="gpu, gpu:N or cpu; default: gpu")
    arguments.add_argument("--batches", default="256,1024,4096,16384,65536")
    arguments.add_argument("--pairs", default="3", help="runs of ours and of the peer, in turn, for each batch")
    arguments.add_argument("--seconds", default="2", help="of each run")
    arguments.add_argument("--precision", choices=("float32", "tf32"), default="float32", help="of matrix products, ours and the peer's")
    arguments.add_argument("--heap", default="16g", help="of Java; 200,000 rows and the largest batch have to fit")
    options = arguments.parse_args()
    torch = load_torch()
    if options.device != "cpu" and not torch.cuda.is_available():
        sys.exit(f"--device is {options.device}, but torch {torch.__version__} of {sys.executable} sees no GPU; --device cpu runs without")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        unpack(scratch)
        libtorch = native_library(torch, scratch)
        variables = environment(torch, libtorch, scratch, options)
        java = [str(scratch / "runtime" / "bin" / "java"), f"-Xmx{options.heap}", "-XX:MaxDirectMemorySize=8g"]
        java += ["-Dai.djl.offline=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", str(scratch / "lib" / "*")]
        java += ["io.caiman.benchmarks.DeviceTable", "--device", options.device, "--batches", options.batches]
        java += ["--out", str(options.out), "--seconds", options.seconds]
        peer = ["--pairs", options.pairs, "--peer", str(HERE / "crocodile.py"), "--python", sys.executable]
        measured = subprocess.run(java + peer, env=variables).returncode
        # Every kernel is waited for, so that each stage has the time of its own kernels.
        parts = subprocess.run(java + ["--parts"], env=dict(variables, CUDA_LAUNCH_BLOCKING="1")).returncode
    sys.exit(measured or parts)


if __name__ == "__main__":
    main()
