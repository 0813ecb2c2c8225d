"""Running programs, for `RealHost.run_program`."""

from __future__ import annotations

import os

from nixlite.host.outside import Finished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def find_program(name: str, env: Mapping[str, str]) -> str | None:
    """The path of a program in the search path of an environment."""
    from shutil import which

    return which(name, path=env.get("PATH", os.defpath))


def run_program(
    name: str,
    arguments: Sequence[str],
    environment: Mapping[str, str | None],
    data: bytes | None,
    capture: str,
) -> Finished:
    """See `Host.run_program`; *environment* is the whole one. Raises OSError."""
    import subprocess

    env = {name: value for name, value in environment.items() if value is not None}
    program = name if os.sep in name else find_program(name, env)
    if program is None:
        raise FileNotFoundError(2, os.strerror(2), name)
    done = subprocess.run(
        [program, *arguments],
        executable=program,
        input=data,
        stdout=subprocess.PIPE if capture in ("both", "stdout") else None,
        stderr=subprocess.PIPE if capture in ("both", "stderr") else None,
        env=env,
        check=False,
    )
    return Finished(done.returncode, done.stdout or b"", done.stderr or b"")
