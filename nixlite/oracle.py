"""The commands as functions: for comparing with recorded answers without starting a process each time.

run_oracle.py --in-process nixlite.oracle:run FILE.jsonl
"""

from __future__ import annotations

from nixlite.__main__ import make_command
from nixlite.cli.running import run_command
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings


def run(argv: list[str], cwd: str, env: dict[str, str], stdin: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command run in *cwd* with the environment *env*.

    `argv[0]` says which: `eval` is `nixlite instantiate`, `nix` is `nixlite`, `repl` is `nixlite repl
    --compat`, whose two outputs come as one. Nothing of this process but its file system is used, and
    nothing is left behind.
    """
    tool, *words = argv
    if tool == "repl":
        host: CapturingHost = OneStreamHost(env, stdin)
        name = "repl"
        words = ["--compat", *words]
    else:
        host = CapturingHost(env, encoded(stdin))
        name = words.pop(0) if tool == "nix" else "instantiate"
    code = run_command(make_command(name, Settings(cwd=cwd), host), words)
    return code, "".join(host.stdout), "".join(host.stderr)


class OneStreamHost(CapturingHost):
    """Both outputs in `stdout`, in the order in which they are written."""

    def __init__(self, env: dict[str, str], stdin: str) -> None:
        super().__init__(env, encoded(stdin))

    def write_stderr(self, text: str) -> None:
        """Keep *text* with the rest."""
        self.stdout.append(text)


def encoded(text: str) -> bytes:
    """The bytes that a recorded text stands for."""
    return text.encode("utf-8", "surrogateescape")
