#!/usr/bin/env python3
"""The training job, Kafka to Kafka, beside the same model in plain PyTorch on the same impressions, in alternating pairs.

Makes a virtual environment with PyTorch in FOLDER the first time. Needs the benchmarks built:
./mvnw -q -pl benchmarks -am package -DskipTests
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RATE = re.compile(r"([\d,]+) impressions/s")
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"


def python_with_torch(folder):
    venv = folder / "venv"
    python = venv / "bin" / "python"
    if python.exists() and subprocess.run([python, "-c", "import torch, numpy"], capture_output=True).returncode == 0:
        return python
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    # A mirror may lack PyTorch's own index of wheels without CUDA; those of PyPI compute on the CPU as well.
    for index in (["--index-url", CPU_WHEELS], []):
        done = subprocess.run([python, "-m", "pip", "install", "-q", "torch", "numpy"] + index, capture_output=True, text=True)
        if done.returncode == 0:
            return python
    sys.exit(f"no peer to compare with: pip could not install torch into {venv}:\n{done.stderr.strip()}")


def rate(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    found = RATE.search(done.stdout)
    if not found:
        sys.exit(f"{command[0]} gave no rate:\n{done.stdout}\n{done.stderr[-4000:]}")
    return float(found.group(1).replace(",", ""))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="with room for 6 GB")
    arguments.add_argument("--batch", type=int, default=1024)
    arguments.add_argument("--threads", type=int, default=1, help="of PyTorch's, in the job and in the loop")
    arguments.add_argument("--pairs", type=int, default=3)
    arguments.add_argument("--warm-up", type=int, default=200, help="mini-batches")
    arguments.add_argument("--batches", type=int, default=1000, help="mini-batches that are measured")
    arguments.add_argument("--java", default="-Xmx4g", help="options of the job's JVM")
    arguments.add_argument("--pipeline", default="exact", help="the job's: exact or stale-1")
    arguments.add_argument("--classpath", default=str(HERE.parent / "target" / "lib" / "*"))
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    python = python_with_torch(options.folder)
    steps = ["--batch", str(options.batch), "--warm-up", str(options.warm_up)]
    job = (
        ["java", "-Dai.djl.offline=true"]
        + ["--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
        + options.java.split()
        + ["-cp", options.classpath, "io.caiman.benchmarks.TrainingTable", str(options.folder), "--rate-only"]
        + steps
        + ["--batches", str(options.batches), "--threads", str(options.threads), "--pipeline", options.pipeline]
    )
    # The job's launcher sets these: freed tensors' memory is kept, and threads that wait leave their cores to others.
    environment = dict(
        os.environ, MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="1073741824", OMP_WAIT_POLICY="passive"
    )
    impressions = options.folder / f"impressions-{options.batch * (options.warm_up + options.batches)}.bin"
    peer = [str(python), str(HERE / "crocodile.py"), str(impressions), "--threads", str(options.threads)] + steps
    print("| pair | job, Kafka to Kafka | PyTorch loop | ratio |\n|---|---|---|---|", flush=True)
    ratios = []
    for pair in range(options.pairs):
        ours, theirs = rate(job, environment), rate(peer, environment)
        ratios.append(ours / theirs)
        print(f"| {pair + 1} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} |", flush=True)
    print(f"batch {options.batch}, {options.threads} threads of PyTorch, pipeline {options.pipeline}: median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
