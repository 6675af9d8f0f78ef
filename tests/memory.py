"""What a process has held at most."""

from pathlib import Path


def peak() -> float:
    """MB, of this process alone: `ru_maxrss` begins at what its parent held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
