"""Seconds and memory of this process."""

import time
from pathlib import Path


def timed(call, *given):
    """How long a call took, and what it gave."""
    start = time.perf_counter()
    output = call(*given)
    return time.perf_counter() - start, output


def forget_peak():
    """What was resident so far counts no more."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_memory():
    """The most that was resident at once, in GiB, since the process began or `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) / 2**20, 2)
