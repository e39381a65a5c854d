"""Which machine measured, and how busy it was."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

from tests.benchmarks.timing import SLOWING, UNCOMPILED


def description() -> str:
    """A few lines for the top of the results."""
    unset = [name for name in (*SLOWING, UNCOMPILED) if name in os.environ]
    lines = [
        f"{processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB; {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {', '.join(map(version, ('numpy', 'torch', 'scikit-learn', 'pytest')))}",
        f"BLAS of NumPy: {blas()}",
        f"load average before: {busy()}",
    ]
    if unset:
        lines.append(f"set here and left out of every measured process: {', '.join(unset)}")
    return "\n".join(f"- {line}" for line in lines)


def busy() -> str:
    """The load averages of 1, 5 and 15 minutes; above the number of cores, processes wait for each other."""
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {package}"


def blas() -> str:
    """The library and the kernel that it runs, as the measured processes see it."""
    import json
    import subprocess
    import sys

    from tests.benchmarks.timing import environment

    script = "import json, numpy, threadpoolctl; print(json.dumps(threadpoolctl.threadpool_info()))"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, check=False)
    if done.returncode:
        return "not known (threadpoolctl is not installed)"
    return ", ".join(
        f"{each['internal_api']} {each['version']} ({each.get('architecture', 'unknown kernel')})"
        for each in json.loads(done.stdout)
        if each["user_api"] == "blas"
    )
