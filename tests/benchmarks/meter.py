"""Runs one command and writes what it cost: `python -I -S meter.py FD SECONDS COMMAND…`.

A process of its own, and a small one: Linux counts the memory of the process that starts a command as the command's
own until it is loaded, so nothing smaller than the starter can be measured. It imports as little as it can.

To file descriptor FD goes one line: wall seconds, user + system seconds, peak resident KiB, exit code (negative: a
signal). A command that takes longer than SECONDS is killed. Processes that the command waited for count too.
"""

import os
import signal
import sys
import time


def main() -> None:
    descriptor, limit = int(sys.argv[1]), float(sys.argv[2])
    os.set_inheritable(descriptor, False)
    begin = time.perf_counter()
    child = os.posix_spawnp(sys.argv[3], sys.argv[3:], os.environ, setpgroup=0)
    for stop in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):  # with all that it has started
        signal.signal(stop, lambda number, frame: os.killpg(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    peak = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    code = os.waitstatus_to_exitcode(status)
    os.write(descriptor, f"{wall} {usage.ru_utime + usage.ru_stime} {peak} {code}\n".encode())


main()
