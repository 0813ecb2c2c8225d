"""Pure and restricted evaluation: a host that shows only what it was told to allow.

Nix resolves symlinks step by step and checks each step, so a link inside an allowed directory does not
lead out of it. What is forbidden looks absent to `pathExists` and in directory listings; reading it is an
error that names the path and nothing of its content.
Manual: nix.conf, `pure-eval` and `restrict-eval`.
"""

from __future__ import annotations

from nixlite.errors import RestrictedError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import StoreInMemory
    from nixlite.host.settings import Settings


class GuardedHost(Host):
    """Another host behind a list of allowed path prefixes; the parents of an allowed path may be seen too."""

    def __init__(self, inner: Host, mode: str) -> None:
        self.inner = inner
        self.mode = mode
        self.prefixes: set[str] = set()

    @property
    def store(self) -> StoreInMemory | None:
        """The in-memory store of the host behind."""
        return self.inner.store

    @store.setter
    def store(self, store: StoreInMemory | None) -> None:
        self.inner.store = store

    def is_allowed(self, path: str) -> bool:
        """Whether *path* is an allowed path, lies below one or leads to one."""
        if path.startswith(BUNDLED_PREFIX) or path in self.prefixes:
            return True
        if path == "/":
            return bool(self.prefixes)
        below = path + "/"
        return any(
            path.startswith("/" if prefix == "/" else prefix + "/") or prefix.startswith(below)
            for prefix in self.prefixes
        )

    def allow(self, path: str) -> None:
        """Let *path* and all below it be read from now on."""
        self.prefixes.add(path)

    def check_access(self, path: str) -> None:
        """Raise RestrictedError, in Nix's words, if *path* may not be read."""
        if not self.is_allowed(path):
            raise RestrictedError(f"access to absolute path '{path}' is forbidden {self.mode}")

    def file_type(self, path: str) -> str | None:
        """None for what is forbidden."""
        return self.inner.file_type(path) if self.is_allowed(path) else None

    def require_type(self, path: str) -> str:
        """The type; an error for what is missing or forbidden."""
        self.check_access(path)
        return Host.require_type(self, path)

    def read_bytes(self, path: str) -> bytes:
        """The contents, once access is checked."""
        self.check_access(path)
        return self.inner.read_bytes(path)

    def read_link(self, path: str) -> str:
        """The target, once access is checked."""
        self.check_access(path)
        return self.inner.read_link(path)

    def list_dir(self, path: str) -> dict[str, str]:
        """The entries that may be seen, once access is checked."""
        self.check_access(path)
        base = "" if path == "/" else path
        entries = self.inner.list_dir(path)
        return {name: kind for name, kind in entries.items() if self.is_allowed(f"{base}/{name}")}

    def is_executable(self, path: str) -> bool:
        """The executable bit, once access is checked."""
        self.check_access(path)
        return self.inner.is_executable(path)

    def get_env(self, name: str) -> str:
        """The real one: `builtins.getEnv` asks the settings, and `~/…` needs the home directory."""
        return self.inner.get_env(name)

    def has_env(self, name: str) -> bool:
        """As `get_env`."""
        return self.inner.has_env(name)

    def home(self) -> str:
        """The home directory of the host behind."""
        return self.inner.home()

    def now(self) -> int:
        """The clock of the host behind."""
        return self.inner.now()

    def read_stdin(self) -> bytes:
        """The standard input is the user's own doing, never forbidden."""
        return self.inner.read_stdin()

    def write_stdout(self, text: str) -> None:
        """Passed on."""
        self.inner.write_stdout(text)

    def write_stderr(self, text: str) -> None:
        """Passed on."""
        self.inner.write_stderr(text)

    def flush(self) -> None:
        """Passed on."""
        self.inner.flush()

    def is_terminal(self, stream: str) -> bool:
        """Passed on."""
        return self.inner.is_terminal(stream)


def guarded(host: Host, settings: Settings) -> Host:
    """*host* as the settings let a program see it: itself, or behind a guard that allows nothing yet."""
    if settings.pure_eval:
        return GuardedHost(host, "in pure evaluation mode (use '--impure' to override)")
    if settings.restrict_eval:
        return GuardedHost(host, "in restricted mode")
    return host


def innermost(host: Host) -> Host:
    """The host without guards: what a fetch may read is decided by its URL, and the user's own files are
    no program's business."""
    while isinstance(host, GuardedHost):
        host = host.inner
    return host
