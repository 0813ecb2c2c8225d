"""What one evaluation needs besides its program: settings, host, caches. Passed, never global."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.symbols import Symbols
    from nixlite.runtime.values import Lazy, NixPath, Value
    from nixlite.source import Source
    from nixlite.store.store import Store
    from nixlite.store.tree import Node


class State:
    """The state of one evaluator; builtins declared with `state=True` get it as their last argument.

    `import_file(path)` evaluates a file (memoised), `import_set(path)` one that must be a set, and
    `scoped_import(scope, path)` evaluates it anew with *scope*'s attributes in scope; `internal(name)` is the
    value of a bundled Nix file; `canonical_text(source, start, end)` is a part of a source as `--parse`
    prints it. `log(level, text)` writes to the standard error, `warn(text)` a
    warning. These are set by `evaluator.Evaluator`, the only place that joins compiler and runtime.
    `builtins` is the attribute set, `symbols` the numbers of names, `operation(name)` what builtins offer to
    compiled code beside themselves, `started` the time in seconds since 1970, `store` a `store.Store`, which
    *make_store* gives when it is first asked for.
    """

    __slots__ = (
        "_make_store", "_store", "builtins", "caches", "canonical_text", "globals", "host", "import_file",
        "import_set", "internal", "log", "operation", "scoped_import", "settings", "started", "symbols",
        "warn",
    )  # fmt: skip

    def __init__(self, settings: Settings, host: Host, make_store: Callable[[], Store]) -> None:
        self.settings = settings
        self.host = host
        self.started = host.moment()
        self._make_store = make_store
        self._store: Store | None = None
        self.builtins: dict[str, Lazy] = {}
        self.globals: dict[str, Lazy] = {}
        self.caches: dict[str, Any] = {}
        self.operation: Callable[[str], Callable[..., Value]]
        self.import_file: Callable[[NixPath], Value]
        self.import_set: Callable[[NixPath], dict[str, Lazy]]
        self.internal: Callable[[str], Value]
        self.log: Callable[[int, str], None]
        self.warn: Callable[[str], None]
        self.scoped_import: Callable[[dict[str, Lazy], NixPath], Value]
        self.symbols: Symbols
        self.canonical_text: Callable[[Source, int, int], str]

    @property
    def store(self) -> Store:
        """The in-memory store of this evaluation."""
        if self._store is None:
            self._store = self._make_store()
        return self._store

    def share_store(self, store: Store) -> None:
        """Use the store of another evaluation."""
        self._store = self.host.store = store

    def tell(self, level: int, text: str) -> None:
        """Say what goes on, where so much is wanted."""
        if level <= self.settings.verbosity:
            self.log(level, text)


class LateStore:
    """Stands for an evaluation's store until a path in it is asked for."""

    __slots__ = ("store", "store_dir")

    def __init__(self, directory: str, store: Callable[[], Store]) -> None:
        self.store_dir = directory
        self.store = store

    def lookup(self, path: str) -> Node | None:
        """As the store's own."""
        directory = self.store_dir
        if path == directory or path.startswith(f"{directory}/") or directory.startswith(f"{path}/"):
            return self.store().lookup(path)
        return None
