"""The real machine, whose outputs are kept instead of written: for tests and for programs."""

from __future__ import annotations

from nixlite.host.real import RealHost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class CapturingHost(RealHost):
    """The real machine, its outputs kept instead of written: in `stdout` and `stderr`, lists of pieces."""

    def __init__(self, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> None:
        super().__init__(env, stdin)
        self.stdout: list[str] = []
        self.stderr: list[str] = []

    def cache_directory(self) -> str | None:
        """Nowhere: what it runs leaves nothing behind."""
        return None

    def write_stdout(self, text: str) -> None:
        """Keep *text*."""
        self.stdout.append(text)

    def write_stderr(self, text: str) -> None:
        """Keep *text*."""
        self.stderr.append(text)

    def flush(self) -> None:
        """Nothing is pending."""

    def is_terminal(self, stream: str) -> bool:
        """Lists are no terminals."""
        return False
