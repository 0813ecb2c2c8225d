"""How much memory the process takes, and how much there is."""

from __future__ import annotations

import os
import sys

PAGE = 4096 if not hasattr(os, "sysconf") else os.sysconf("SC_PAGE_SIZE")
"""Bytes of a page of memory."""

RESERVE = 1 << 26
"""Bytes that are left for everything else."""

CONTAINER = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux tells what a container may have, version 2 and 1."""


def first_bytes(path: str, size: int) -> bytes:
    """What a small file of the system's begins with. Raises OSError."""
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, size)
    finally:
        os.close(number)


def resident() -> int:
    """Bytes of memory that the process takes now; where the system does not tell, the most it has taken."""
    if sys.platform == "emscripten":
        return wasm_bytes()
    try:
        return int(first_bytes("/proc/self/statm", 200).split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        pass
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return 0
    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def wasm_bytes() -> int:
    """The size of WebAssembly's memory, which never becomes smaller; 0 outside of Pyodide."""
    try:
        pyodide = __import__("pyodide_js")
    except ImportError:
        return 0
    return int(pyodide._module.HEAP8.length)


def obtainable() -> int:
    """Bytes of memory that this process could have at all: those of the machine, or what its container or the
    process itself is limited to; 4 GiB where the system does not tell."""
    asked = [machine, process, *(lambda path=path: int(first_bytes(path, 40)) for path in CONTAINER)]
    sizes = []
    for ask in asked:
        try:
            size = ask()
        except (AttributeError, ImportError, ValueError, OSError):  # "max": as much as there is
            continue
        if size > 0:
            sizes.append(size)
    return min(sizes, default=4 << 30)


def machine() -> int:
    """Bytes of memory of this machine. Raises AttributeError on Windows, ValueError or OSError elsewhere."""
    return os.sysconf("SC_PHYS_PAGES") * PAGE


def process() -> int:
    """Bytes of addresses that this process may have, negative if any. Raises ImportError on Windows."""
    from resource import RLIMIT_AS, getrlimit

    return getrlimit(RLIMIT_AS)[0]


def available() -> int | None:
    """Bytes that the system could give; None where it does not tell."""
    try:
        text = first_bytes("/proc/meminfo", 2000)
        return int(text.partition(b"MemAvailable:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return None


def check_available(size: int) -> None:
    """Raise MemoryError if there are no *size* bytes: Linux would give them, and end the process later."""
    there = available()
    if there is not None and size > there - RESERVE:
        raise MemoryError
