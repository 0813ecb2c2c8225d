"""The console script `nixlite`, and `python -m nixlite`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; the process ends here, without waiting for Python to take its heap apart."""
    from nixlite.cli import main as run_main
    from nixlite.runtime.host import RealHost

    set_signals()
    host = RealHost()
    code = run_main(sys.argv[1:], host)
    try:
        host.flush()
    except BrokenPipeError:
        code = 1
    except OSError as error:
        host.write_stderr(f"error: writing to the standard output: {error.strerror}\n")
        code = 1
    os._exit(code)


def set_signals() -> None:
    """A closed pipe ends the process as it does other tools."""
    import signal

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


if __name__ == "__main__":
    main()
