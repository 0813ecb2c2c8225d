"""Guarded hosts for programs that embed nixlite: what Nix's modes allow, and nothing of the user's.

The guards that settings put before a host (`guarded.py`) let the user's side through: his environment, his
configuration and caches are his own business. Before these there is no user; a program that evaluates what
somebody else has written says what may be seen, and that is all.
"""

from __future__ import annotations

from nixlite.drives import given_path
from nixlite.host.guarded import PURE, RESTRICTED, GuardedHost
from nixlite.host.real import RealHost
from nixlite.host.settings import working_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence

    from nixlite.errors import NotGranted
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

FETCHING = ("git", "zstd")
"""Programs that fetching needs and that run nothing of what they are given. Not so `hg`, whose repositories
may name programs to be run, and `nix-store`, which builds."""


class Secluded(GuardedHost):
    """A guard of an embedding program's: nothing of the user's is behind it.

    No environment, no home directory, no standard input. The output goes to the host behind. *cache*: a
    directory for what is fetched and for compiled sources, in which git can clone; without it nothing is
    kept.
    """

    secluded = True

    def __init__(
        self, inner: Host, mode: str, prefixes: Iterable[str], programs: Iterable[str], cache: str | None
    ) -> None:
        super().__init__(inner, mode, prefixes, programs)
        self.cache = cache

    def for_evaluator(self) -> Host:
        """A host of its own: what one evaluation was allowed to see, another is not."""
        return self.twin()

    def cache_home(self) -> str | None:
        """The directory that the embedding program has named."""
        return self.cache

    def get_env(self, name: str) -> str:
        """Nothing is set."""
        return ""

    def has_env(self, name: str) -> bool:
        """Nothing is set."""
        return False

    def home(self) -> str:
        """Nobody's."""
        return "/"

    def read_stdin(self) -> bytes:
        """Nothing."""
        return b""

    def not_granted(self, what: str, capability: str) -> NotGranted:
        """As in every host; programs are granted by name."""
        error = super().not_granted(what, capability)
        if capability == "run_program":
            error.hint = f"Name it in '{type(self).__name__}(programs=…)' to grant it."
        return error


def real_prefixes(inner: Host, paths: Iterable[str | os.PathLike[str]]) -> set[str]:
    """Paths as a guard has them: absolute, as they are named, and where they really are."""
    named = [given_path(path, working_directory()) for path in paths]
    return {*named, *map(inner.real_path, named)}


class PureHost(Secluded):
    """What a pure evaluation of Nix may see, whatever the settings say: fetches that are locked (by a hash or
    a revision), what these gave, and nothing else. No environment, clock (it is 1970) or files.

    *paths*: local files and directories that a locked fetch may have (`path:`, `file:`, `git+file:`); others
    are not even fetched to be compared with a hash. *programs*: those that may be run, by name, as
    `run_program` has them; `"nix-store"` grants building, `"hg"` Mercurial. *cache*: see `Secluded`. *inner*:
    the host that does it, by default the real machine.
    """

    def __init__(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        programs: Iterable[str] = FETCHING,
        cache: str | None = None,
        inner: Host | None = None,
    ) -> None:
        inner = inner or RealHost()
        super().__init__(inner, PURE, (), programs, cache)
        self.local = real_prefixes(inner, paths)

    def settings_for(self, settings: Settings) -> Settings:
        """A pure evaluation."""
        limited = settings.copy()
        limited.pure_eval = True
        return limited

    def now(self) -> int:
        """No time."""
        return 0

    def fetching_locked(self, uri: str, path: str | None) -> Host:
        """One that sees the local paths that were named, and runs the programs that were."""
        inner = super().fetching_locked(uri, path)
        return GuardedHost(inner, self.mode, self.local | self.prefixes, self.programs)


class RestrictedHost(Secluded):
    """What a restricted evaluation may see (`--restrict-eval`), whatever the settings say.

    *paths*: files and directories that may be read, with all below them; *uris*: what may be fetched:
    prefixes of URIs, as `allowed-uris` has them. The others are as for `PureHost`. The clock is seen.
    """

    def __init__(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        uris: Iterable[str] = (),
        *,
        programs: Iterable[str] = FETCHING,
        cache: str | None = None,
        inner: Host | None = None,
    ) -> None:
        inner = inner or RealHost()
        super().__init__(inner, RESTRICTED, real_prefixes(inner, paths), programs, cache)
        self.uris = list(uris)

    def settings_for(self, settings: Settings) -> Settings:
        """A restricted evaluation, or one that is pure as well."""
        limited = settings.copy()
        limited.restrict_eval = True
        limited.allowed_uris = [*settings.allowed_uris, *self.uris]
        return limited

    def fetching(
        self,
        uri: str,
        *,
        path: str | None = None,
        locked: Callable[[], bool] | None = None,
        trusted: bool = False,
        allowed: Sequence[str] | None = None,
    ) -> Host:
        """See `GuardedHost`, also where another guard asks."""
        allowed = [*(allowed or ()), *self.uris]
        return super().fetching(uri, path=path, locked=locked, trusted=trusted, allowed=allowed)
