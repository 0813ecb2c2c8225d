"""Pure and restricted evaluation: a host that shows only what it was told to allow.

Nix resolves symlinks step by step and checks each step, so a link inside an allowed directory does not
lead out of it. What is forbidden looks absent to `pathExists` and in directory listings; reading it is an
error that names the path and nothing of its content. A link that was not resolved before is never followed
here: whoever forgets to gets an error and no file.

These are the guards that settings put before a host; those of embedding programs are in `secluded.py`.
Manual: nix.conf, `pure-eval`, `restrict-eval` and `allowed-uris`.
"""

from __future__ import annotations

from nixlite.errors import EvalError, RestrictedError
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.host.host import Host
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Self

    from nixlite.host.host import StoreInMemory
    from nixlite.host.outside import Answer, Finished
    from nixlite.host.settings import Settings

PURE = "in pure evaluation mode (use '--impure' to override)"
RESTRICTED = "in restricted mode"
"""How Nix's messages name the two modes."""

FILE_SCHEMES = ("file:", "path:", "git+file:", "hg+file:", "tarball+file:", "file+file:")


class GuardedHost(Host):
    """Another host behind a list of allowed path prefixes; the parents of an allowed path may be seen too.

    *programs*: which may be run; None leaves that to the host behind. `secluded` guards show nothing that is
    the user's (see `secluded.py`).
    """

    secluded = False

    def __init__(
        self,
        inner: Host,
        mode: str,
        prefixes: Iterable[str] = (),
        programs: Iterable[str] | None = None,
    ) -> None:
        self.inner = inner
        self.mode = mode
        self.prefixes: set[str] = set(prefixes)
        self.programs = None if programs is None else frozenset(programs)

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
        if "/." in path and normalise(path) != path:  # `..` would lead out again
            return False
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
        self.inner.allow(path)  # which may be a guard as well

    def check_access(self, path: str) -> None:
        """Raise RestrictedError, in Nix's words, if *path* may not be read."""
        if not self.is_allowed(path):
            raise self.forbidden(path)

    def check_all_below(self, path: str) -> None:
        """Raise RestrictedError unless *path* lies below an allowed one: its parents are not enough."""
        self.check_access(path)
        for prefix in self.prefixes:
            if path == prefix or path.startswith(prefix if prefix == "/" else f"{prefix}/"):
                return
        raise self.forbidden(path)

    def forbidden(self, path: str) -> RestrictedError:
        """Nix's error for a path that may not be read."""
        return RestrictedError(f"access to absolute path '{path}' is forbidden {self.mode}")

    def file_type(self, path: str) -> str | None:
        """None for what is forbidden. Raises EvalError where a directory on the way is a symlink."""
        if not self.is_allowed(path):
            return None
        link = self.inner.first_link(path.rpartition("/")[0])
        if link is not None:
            raise EvalError(f"path '{link}' is a symlink")
        return self.inner.file_type(path)

    def require_type(self, path: str) -> str:
        """The type; an error for what is missing or forbidden."""
        self.check_access(path)
        return Host.require_type(self, path)

    def read_bytes(self, path: str) -> bytes:
        """The contents, once access is checked."""
        self.check_access(path)
        return self.inner.read_plain(path)

    def read_link(self, path: str) -> str:
        """The target, once access is checked."""
        self.check_access(path)
        return self.inner.read_plain_link(path)

    def list_dir(self, path: str) -> dict[str, str]:
        """The entries that may be seen, once access is checked."""
        self.check_access(path)
        base = "" if path == "/" else path
        entries = self.inner.list_plain(path)
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

    def is_before(self, second: int) -> bool:
        """See `Host`."""
        return self.inner.is_before(second)

    def moment(self) -> Callable[[], int]:
        """See `Host`."""
        return self.inner.moment()

    def unkept(self, why: str) -> None:
        """See `Host`."""
        self.inner.unkept(why)

    def facts(self, path: str, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Host`."""
        return self.inner.facts(path, attributes)

    def read_stdin(self) -> bytes:
        """The standard input is the user's own doing, never forbidden."""
        return self.inner.read_stdin()

    def stdin_lines(self) -> Iterable[bytes]:
        """As `read_stdin`."""
        return self.inner.stdin_lines()

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

    def modified(self, path: str) -> int:
        """The time, once access is checked."""
        self.check_access(path)
        return self.inner.modified(path)

    def twin(self, write: Callable[[str], None] | None = None) -> Self:
        """See `Host`; the host behind is another one, too, for it has the store."""
        twin = super().twin(write)
        twin.inner = self.inner.twin(write)
        twin.prefixes = set(self.prefixes)
        return twin

    # --- what fetchers and builders need

    def fetching(
        self,
        uri: str,
        *,
        path: str | None = None,
        locked: Callable[[], bool] | None = None,
        trusted: bool = False,
        allowed: Sequence[str] | None = None,
    ) -> Host:
        """See `Host`. What the user wants is no program's doing.

        Pure evaluation fetches what is locked. Restricted evaluation fetches what `allowed-uris` allow, and
        an allowed file; the host that it gives for that sees nothing but these, wherever links lead.
        """
        if trusted:
            return self.inner.fetching(uri, path=path, locked=locked, trusted=True, allowed=allowed)
        if self.mode == PURE:
            if locked is None or not locked():
                raise RestrictedError(f"access to '{uri}', which is not locked, is forbidden {self.mode}")
            if allowed is None:
                return self.fetching_locked(uri, path)
        allowed = allowed or ()
        if is_allowed_uri(uri, allowed):
            files = {self.inner.real_path(place) for place in file_places(uri, allowed)}
            return GuardedHost(self.inner, self.mode, files, self.programs)
        if path is None:
            raise RestrictedError(f"access to URI '{uri}' is forbidden in restricted mode")
        self.check_access(path)
        return self

    def fetching_locked(self, uri: str, path: str | None) -> Host:
        """The host that fetches what is locked: as Nix does, from wherever it is."""
        return self.inner.fetching(uri, path=path, locked=lambda: True)

    def check_program(self, name: str) -> None:
        """Raise NotGranted for a program that may not be run."""
        if self.programs is not None and name.rpartition("/")[2] not in self.programs:
            raise self.not_granted(f"run the program '{name}'", "run_program")

    def find_program(self, name: str) -> str | None:
        """See `Host`."""
        self.check_program(name)
        return self.inner.find_program(name)

    def run_program(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        data: bytes | None = None,
        environment: Mapping[str, str | None] | None = None,
        capture: str = "both",
    ) -> Finished:
        """See `Host`."""
        self.check_program(name)
        return self.inner.run_program(name, arguments, data=data, environment=environment, capture=capture)

    def open_url(self, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        """Passed on: what may be fetched was decided by `fetching`."""
        return self.inner.open_url(url, headers, timeout)

    def keep(self, path: str, data: bytes) -> None:
        """Passed on."""
        self.inner.keep(path, data)

    def read_kept(self, path: str) -> bytes:
        """Passed on: what lies in the cache is the fetchers' own."""
        return self.inner.read_kept(path)

    def has_kept(self, path: str) -> bool:
        """Passed on."""
        return self.inner.has_kept(path)

    def make_room(self, path: str) -> None:
        """Passed on."""
        self.inner.make_room(path)

    def scratch(self) -> AbstractContextManager[str]:
        """Passed on."""
        return self.inner.scratch()


def guarded(host: Host, settings: Settings) -> Host:
    """*host* as the settings let a program see it: itself, or behind a guard that allows nothing yet."""
    mode = PURE if settings.pure_eval else RESTRICTED if settings.restrict_eval else None
    if mode is None or (isinstance(host, GuardedHost) and host.secluded and host.mode == mode):
        return host
    return GuardedHost(host, mode)


def innermost(host: Host) -> Host:
    """The host without the guards that settings put before it: the user's own files are no program's
    business."""
    while type(host) is GuardedHost:
        host = host.inner
    return host


def is_allowed_uri(uri: str, prefixes: Sequence[str]) -> bool:
    """Whether a URI is one of *prefixes* or begins with one and then a slash; `github:` allows a scheme."""
    return any(allows(prefix, uri) for prefix in prefixes)


def allows(prefix: str, uri: str) -> bool:
    """Whether an entry of `allowed-uris` allows a URI."""
    if not prefix or not uri.startswith(prefix):
        return False
    return uri == prefix or prefix.endswith(("/", ":")) or uri[len(prefix)] == "/"


def file_places(uri: str, prefixes: Sequence[str]) -> Iterable[str]:
    """The directories and files that entries of `allowed-uris` name which allow a URI of local files."""
    for prefix in prefixes:
        if not allows(prefix, uri):
            continue
        if prefix.startswith("/"):
            yield normalise(prefix)
        elif prefix.startswith(FILE_SCHEMES):
            from urllib.parse import unquote

            place = unquote(prefix.partition(":")[2].partition("?")[0], errors="surrogateescape")
            yield normalise(f"/{place}")
