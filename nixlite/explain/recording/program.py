"""A program that can be evaluated again and again, recorded, and with other values in some places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.cache.files import Cache
from nixlite.errors import EvalError, NixError, NoAttribute, did_you_mean
from nixlite.explain.quiet import unheard
from nixlite.explain.recording.history import Origins
from nixlite.explain.recording.instrumented import InstrumentedEvaluator
from nixlite.explain.recording.places import Places
from nixlite.host.mounts import origin
from nixlite.runtime.values import show_type
from nixlite.spelling import natural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.cache.code import Code
    from nixlite.cache.pieces import Pieces
    from nixlite.explain.recording.observing import Observer
    from nixlite.explain.recording.places import Indexes
    from nixlite.explain.recording.recorder import Recorder
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy
    from nixlite.source import Source


class Examination(NamedTuple):
    """One recorded evaluation: *root* is the value that was asked for, None where *error* came instead."""

    evaluator: InstrumentedEvaluator
    recorder: Recorder
    places: Places
    origins: Origins
    root: Any
    error: NixError | None


class Codes(Cache):
    """A cache that holds in memory what was asked for: a program is evaluated several times. *disk* is
    asked first time; without one nothing is left on the disk. `unsaved`: sources of which pieces were
    compiled that the disk does not have."""

    def __init__(self, disk: Cache | None) -> None:
        self.disk = disk
        self.directory = disk.directory if disk is not None else ""
        self.folder = disk.folder if disk is not None else ""
        self._usable = None
        self.codes: dict[str, Code] = {}
        self.shared: dict[str, Pieces] = {}
        self.unsaved: set[Pieces] = set()

    def load(self, key: str) -> Code | None:
        """The code that was stored under *key*, None if there is none."""
        code = self.codes.get(key)
        if code is None and self.disk is not None:
            code = self.disk.load(key)
            if code is not None:
                self.codes[key] = code
        return code

    def store(self, key: str, code: Code, on_disk: bool = True) -> None:
        """Keep code."""
        self.codes[key] = code
        if self.disk is not None:
            self.disk.store(key, code, on_disk)

    def is_worthwhile(self, key: str, source: Source) -> bool:
        """See `Cache`: of what is kept on the disk."""
        return self.disk is not None and self.disk.is_worthwhile(key, source)


PACKAGE_SETS = ("pkgs/top-level", "pkgs/top-level.nix", "pkgs/stdenv", "stdenv")
"""What lies in the folder of a package set."""


FETCHED = ("fetched inputs", "mounted trees", "shown trees")
"""What evaluations of one program know together of fetched trees: these, what is shown for their store paths
in messages, and where a person finds them."""


class Program:
    """*evaluate* gives the value with an evaluator; *entries* are the names of the user's own sources, the
    file or expression that was named; *cache* keeps compiled sources from one process to the next."""

    def __init__(
        self,
        settings: Settings,
        host: Host,
        evaluate: Callable[[InstrumentedEvaluator], Lazy],
        entries: Sequence[str] = (),
        cache: Cache | None = None,
    ) -> None:
        self.settings = settings
        self.host = host
        self.evaluate = evaluate
        self.entries = tuple(entries)
        self.codes = Codes(cache)
        self.indexes: Indexes = {}
        self.quiet = False
        self.store: Any = None
        """One store for all evaluations: a value of one may be part of another."""
        self.caches: dict[str, dict[str, Any]] = {name: {} for name in FETCHED}
        """What was fetched: each tree once, for it may be another a moment later."""
        self._folders: list[str] | None = None

    @property
    def folders(self) -> list[str]:
        """The folders whose files are the user's own: those of the entries, unless they are package sets."""
        if self._folders is None:
            places = {
                name.rpartition("/")[0] if name.startswith("/") else self.settings.cwd
                for name in self.entries
            }
            self._folders = [f"{place}/" for place in places if self.is_own_folder(place)]
        return self._folders

    @property
    def sets(self) -> tuple[str, ...]:
        """The folders of package sets: what is on the lookup path, and the bundled one."""
        from nixlite.resources import stdlib_directory

        paths = [path for _, path in self.settings.lookup_path]
        paths += [entry.rpartition("=")[2] for entry in self.settings.nix_path] + [stdlib_directory()]
        return tuple([f"{path.rstrip('/')}/" for path in paths if path.startswith("/")])

    def is_own_folder(self, place: str) -> bool:
        """Whether a folder holds what a user writes about packages, and not a set of packages itself."""
        if place.count("/") < 2 or place == self.host.home():
            return False
        if any(f"{place}/".startswith(above) and f"{place}/" != above for above in self.sets):
            return False
        folder = origin(place, self.caches["shown trees"])
        try:
            return all(self.host.file_type(f"{folder}/{name}") is None for name in PACKAGE_SETS)
        except NixError:
            return False

    def owns(self, name: str) -> bool:
        """Whether a source is the user's own: one that was named, or a file beside it or below."""
        if name in self.entries:
            return True
        own = longest(self.folders, name)
        if own:
            return own >= longest(self.sets, name)
        written = origin(name, self.caches["shown trees"])
        return written != name and self.owns(written)

    def open(
        self,
        recorder: Recorder | None = None,
        edits: dict[str, str] | None = None,
        observer: Observer | None = None,
    ) -> InstrumentedEvaluator:
        """An evaluator for the program; only the first one prints warnings and traces.

        Its host is a twin of the program's: that one keeps its store and its ways of printing.
        """
        host = self.host.twin(unheard if self.quiet else None)
        self.quiet = True
        evaluator = InstrumentedEvaluator(
            self.settings, host, recorder, edits=edits, cache=self.codes, observer=observer
        )
        evaluator.state.caches.update(self.caches)
        evaluator.unsaved = self.codes.unsaved  # closing any of them saves it all
        if self.store is not None:
            evaluator.state.share_store(self.store)
        self.store = evaluator.state.store
        return evaluator

    def watching(self) -> tuple[Observer, InstrumentedEvaluator]:
        """An evaluator that watches overrides in the user's own sources, and what has seen them."""
        from nixlite.explain.recording.observing import Observer

        observer = Observer(self.owns)
        return observer, self.open(observer=observer)

    def run(self, recorder: Recorder | None = None, edits: dict[str, str] | None = None) -> Examination:
        """Evaluate to weak head normal form, in an evaluator of its own."""
        return self.evaluated(self.open(recorder, edits))

    def evaluated(self, evaluator: InstrumentedEvaluator) -> Examination:
        """Evaluate to weak head normal form."""
        places = Places(evaluator, self.indexes)
        root, error = None, None
        try:
            root = evaluator.guard(lambda _: evaluator.recorder.force(self.evaluate(evaluator)), None)
        except NixError as raised:
            error = raised
        return Examination(evaluator, evaluator.recorder, places, Origins(evaluator, places), root, error)

    def checked(self) -> Examination:
        """`run`, raising the error that it ended in."""
        found = self.run()
        if found.error is not None:
            raise found.evaluator.explain(found.error)
        return found


def longest(folders: Sequence[str], name: str) -> int:
    """The length of the nearest folder that a file is in, 0 if it is in none of them."""
    return max((len(folder) for folder in folders if name.startswith(folder)), default=0)


class Found(NamedTuple):
    """An attribute: the set that it is in, its name and its cell. *attrs* is None for the root itself."""

    attrs: dict[str, Lazy] | None
    name: str
    cell: Any


def locate(found: Examination, path: Sequence[str]) -> Found:
    """The attribute that a path leads to; sets on the way are forced, it itself is not."""
    return located(found.root, path, lambda at: found.evaluator.guard(found.recorder.force, at))


def located(root: Any, path: Sequence[str], evaluate: Callable[[Any], Any]) -> Found:
    """As `locate`, from *root*; *evaluate* forces what is on the way."""
    at: Any = root
    attrs: dict[str, Lazy] | None = None
    name = ""
    for name in path:
        value = evaluate(at)
        if type(value) is tuple and (index := natural(name, len(value) - 1)) is not None:
            attrs, at = None, value[index]
            continue
        if type(value) is not dict:
            raise NoAttribute(f"cannot look for '{name}' in {show_type(value)} (path '{'.'.join(path)}')")
        if name not in value:
            raise NoAttribute(
                f"attribute '{name}' in selection path '{'.'.join(path)}' not found",
                hint=did_you_mean(name, value),
            )
        attrs, at = value, value[name]
    return Found(attrs, name, at)


def set_at(found: Examination, path: Sequence[str]) -> dict[str, Any]:
    """The set that is asked about."""
    value = found.evaluator.guard(found.recorder.force, locate(found, path).cell)
    if type(value) is not dict:
        raise EvalError(f"only a set has attributes that can be stale; this is {show_type(value)}")
    return value
