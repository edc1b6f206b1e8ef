#!/usr/bin/env python3
"""Packs what run.py needs on a machine with a GPU and neither Java nor a network: a Java runtime, the jars, run.py, the peer.

    ./mvnw -q -pl benchmarks -am package -DskipTests
    python3 benchmarks/gpu/pack.py FOLDER

FOLDER then holds the scripts and parts of at most 60 MB; libtorch is not among them, for the machine's own Python has one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PART = 60_000_000
MODULES = "java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.management,jdk.unsupported,jdk.zipfs"
# What the step's benchmark runs with; the job's jars (Flink, Kafka, Avro) stay behind.
JARS = [
    "caiman-model", "caiman-benchmarks", "api", "pytorch-engine", "pytorch-jni", "jna", "gson", "slf4j-api", "picocli",
    "jackson-annotations", "jackson-core", "jackson-databind", "jackson-dataformat-yaml", "jackson-datatype-jdk8", "snakeyaml",
    "commons-text", "commons-lang3", "commons-statistics-distribution", "commons-statistics-inference", "commons-numbers-\\w+",
    "commons-rng-\\w+", "commons-compress", "ejml-\\w+", "zero-allocation-hashing", "jspecify",
]  # fmt: skip
NEEDED = {"caiman-model", "caiman-benchmarks", "api", "pytorch-engine", "pytorch-jni", "jna", "picocli", "jackson-databind"}


def java_home():
    home = os.environ.get("JAVA_HOME") or shutil.which("jlink") and Path(shutil.which("jlink")).resolve().parent.parent
    if not home or not (Path(home) / "bin" / "jlink").exists():
        sys.exit("no jlink: let JAVA_HOME name a JDK of version 17 or later")
    return Path(home)


def jars(lib):
    names = re.compile("(%s)-\\d.*\\.jar" % "|".join(JARS))
    found = {names.fullmatch(jar.name).group(1): jar for jar in sorted(lib.glob("*.jar")) if names.fullmatch(jar.name)}
    absent = NEEDED - found.keys()
    if absent:
        sys.exit(f"{lib} lacks {', '.join(sorted(absent))}: run ./mvnw -q -pl benchmarks -am package -DskipTests")
    return list(found.values())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="made anew")
    arguments.add_argument("--lib", type=Path, default=HERE.parent / "target" / "lib")
    options = arguments.parse_args()
    chosen = jars(options.lib)
    home = java_home()
    folder = options.folder
    if folder.exists() and any(folder.iterdir()) and not list(folder.glob("pack.tar.xz.*")):
        sys.exit(f"{folder} is not empty and holds no pack: name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        runtime = Path(scratch) / "runtime"
        subprocess.run(
            [home / "bin" / "jlink", "--add-modules", MODULES, "--strip-debug", "--no-header-files", "--no-man-pages"]
            + ["--output", runtime],
            check=True,
        )
        archive = Path(scratch) / "pack.tar.xz"
        with tarfile.open(archive, "w:xz") as tar:
            tar.add(runtime, "runtime")
            for jar in chosen:
                tar.add(jar, f"lib/{jar.name}")
            # To compile djl_torch.cc with.
            tar.add(home / "include" / "jni.h", "include/jni.h")
            tar.add(home / "include" / "linux" / "jni_md.h", "include/jni_md.h")
        with open(archive, "rb") as whole:
            for number in range(1 + archive.stat().st_size // PART):
                (folder / f"pack.tar.xz.{number:02}").write_bytes(whole.read(PART))
    for script in (HERE / "run.py", HERE / "djl_torch.cc", HERE.parent / "peers" / "crocodile.py"):
        shutil.copy(script, folder)
    total = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {len(list(folder.glob('pack.tar.xz.*')))} parts, {total / 2**20:.1f} MiB in all; there: python3 run.py --help")


if __name__ == "__main__":
    main()
