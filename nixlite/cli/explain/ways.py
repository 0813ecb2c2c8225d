"""The ways to name a program that is asked about, the same for every explaining command.

FILE, FOLDER (its `default.nix`), `<nixpkgs>`, a URL      the value of a file
FILE#ATTRPATH, FOLDER#ATTRPATH, `<nixpkgs>#hello`         an attribute in it
FLAKE#ATTRPATH, FLAKE                                     what a flake provides, looked for as `nix eval` does

A folder with a `flake.nix` is a flake where `#` follows, or where it has no `default.nix`.
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_call, find_along_attr_path, parse_attr_path
from nixlite.cli.flake.locking import (
    SCHEME,
    absolute,
    along,
    attribute_paths,
    flake_attribute,
    is_known_name,
    locked_flake,
    not_provided,
    outputs_of,
    parse_installable,
)  # fmt: skip
from nixlite.cli.sources import file_path
from nixlite.errors import UsageError, did_you_mean
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nixlite.cli.command import Command
    from nixlite.cli.flake.locking import Locking
    from nixlite.evaluator import Evaluator
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.flakes.locking import LockedFlake
    from nixlite.runtime.values import Lazy, Value

MANY = 6
"""Names of packages that are said where none was named."""


class FileWay:
    """A file, and the attribute path after `#`. *named*: by `-f`, so a file whatever it looks like."""

    flake = False

    def __init__(self, command: Command, word: str, fragment: str = "", *, named: bool = False) -> None:
        self.command = command
        self.word = word
        self.fragment = "" if fragment == "." else fragment
        self.path = parse_attr_path(self.fragment)
        self.named = named

    def file(self, evaluator: Evaluator) -> str:
        """The path of the file. Raises UsageError for a word that names none, saying what may be meant."""
        command, word = self.command, self.word
        path = file_path(evaluator, word)
        kind = command.host.file_type(path)
        if kind is None and not self.named and not looks_like_file(word):
            raise UsageError(
                f"there is no file '{word}'; if it is an attribute path, name the file that it leads"
                f" into as well: {command.program} '<nixpkgs>' {word}"
            )
        if kind == "directory" and command.host.file_type(f"{path}/default.nix") is None:
            names = [name for name in sorted(command.host.list_dir(path)) if name.endswith(".nix")]
            hint = f"There is {', '.join(names[:MANY])}: name the file." if names else None
            raise UsageError(f"the folder '{word}' has neither a default.nix nor a flake.nix", hint=hint)
        return path

    def entries(self, evaluator: Evaluator) -> list[str]:
        """The names of the user's own sources."""
        return [evaluator.resolve(self.file(evaluator))]

    def function(self, evaluator: Evaluator) -> Lazy:
        """The value of the file, not called."""
        return evaluator.import_file(NixPath(self.file(evaluator)))

    def root(self, evaluator: Evaluator, path: Sequence[str], arguments: dict[str, Lazy]) -> Lazy:
        """The value that *path* leads into."""
        return auto_call(self.function(evaluator), arguments)

    def argument(self, evaluator: InstrumentedEvaluator, arguments: dict[str, Lazy]) -> Lazy:
        """What a function is applied to."""
        return auto_call(self.selected(evaluator, arguments), arguments)

    def selected(self, evaluator: Evaluator, arguments: dict[str, Lazy], path: str = "") -> Lazy:
        """What the word names, and *path* in that; functions on the way are called."""
        value = self.function(evaluator)
        return find_along_attr_path(value, joined(self.fragment, path), arguments)

    def packages(self, evaluator: Evaluator, arguments: dict[str, Lazy]) -> Lazy:
        """The set of packages that the word names, or a function that gives it."""
        value = self.function(evaluator)
        return find_along_attr_path(value, self.fragment, arguments) if self.path else value


class FlakeWay:
    """A flake, and the attribute path after `#`; one that begins with a dot is looked for only there."""

    flake = True

    def __init__(self, command: Command, word: str) -> None:
        self.command = command
        self.word = word.partition("^")[0]
        self.reference, self.mark, fragment = self.word.partition("#")
        self.exact = fragment.startswith(".") and fragment != "."
        self.fragment = "" if fragment == "." else fragment.removeprefix(".")
        self.path = parse_attr_path(self.fragment)
        self.found: LockedFlake | None = None
        self.first: Evaluator | None = None

    def locking(self) -> Locking:
        """What the command line says about lock files."""
        found: Locking = self.command.locking  # type: ignore[attr-defined] # those that explain have it
        return found

    def locked(self, evaluator: Evaluator) -> LockedFlake:
        """The flake with its lock file; evaluators after the first one share what that has fetched."""
        if self.found is None:
            ref = parse_installable(self.command, evaluator, self.reference)[0]
            self.found = locked_flake(self.command, evaluator, ref, self.locking())
            self.first = evaluator
        elif evaluator is not self.first:
            from nixlite.flakes.reading import share_fetched

            assert self.first is not None
            share_fetched(self.first.state, evaluator.state)
        return self.found

    def entries(self, evaluator: Evaluator) -> list[str]:
        """The names of the user's own sources."""
        return [f"{self.locked(evaluator).flake.directory}/flake.nix"]

    def outputs(self, evaluator: InstrumentedEvaluator) -> Lazy:
        """The outputs, evaluated as the evaluator does."""
        from nixlite.builtins.flakes import call_flake

        flake = evaluator.linker.link(call_flake)(evaluator.state, self.locked(evaluator))
        outputs: Lazy = evaluator.recorder.force(flake["outputs"])
        return outputs

    def root(self, evaluator: InstrumentedEvaluator, path: Sequence[str], arguments: dict[str, Lazy]) -> Lazy:
        """The set of the flake's that *path* leads into: packages, legacyPackages, or all that it provides.

        Where that is none, the first of them that has the path's first name. Raises EvalError without one.
        """
        outputs = self.outputs(evaluator)
        evaluate = evaluator.recorder.force
        if not path:
            return self.default(evaluator, outputs)
        system = evaluator.settings.system
        places: list[list[str]] = (
            [[]] if self.exact else [["packages", system], ["legacyPackages", system], []]
        )
        roots = [found[0] for place in places if (found := along(outputs, place, evaluate)[0]) is not None]
        for root in roots:
            if along(root, path, evaluate)[0] is not None:
                return root
        if not self.mark:  # as with a file, the path may lead into what is meant without one
            found = self.known_default(evaluator, outputs)
            if found is not None and along(found[0], path, evaluate)[0] is not None:
                return found[0]
        sets = [(root, value) for root in roots if type(value := evaluate(root)) is dict]
        for root, value in sets:
            if path[0] in value:
                return root
        text = ".".join(map(attribute_name, path))
        hints = [hint for _, value in sets if (hint := did_you_mean(path[0], value)) is not None]
        tried = [text] if self.exact else attribute_paths(text, system)
        raise not_provided(self.locked(evaluator), tried, hints[0] if hints else None)

    def known_default(self, evaluator: InstrumentedEvaluator, outputs: Lazy) -> tuple[Lazy] | None:
        """The default package, None if there is none."""
        paths = attribute_paths("", evaluator.settings.system)
        found = [along(outputs, parse_attr_path(path), evaluator.recorder.force)[0] for path in paths]
        return next((item for item in found if item is not None), None)

    def default(self, evaluator: InstrumentedEvaluator, outputs: Lazy) -> Lazy:
        """The default package. Raises EvalError where there is none, with what could be named."""
        found = self.known_default(evaluator, outputs)
        if found is not None:
            return found[0]
        system = evaluator.settings.system
        place = along(outputs, ["packages", system], evaluator.recorder.force)[0]
        packages = evaluator.recorder.force(place[0]) if place is not None else None
        listed = sorted(packages)[:MANY] if type(packages) is dict else []
        names = [f"'{self.reference}#{attribute_name(name)}'" for name in listed]
        hint = f"It has packages: {', '.join(names)}." if names else None
        raise not_provided(self.locked(evaluator), attribute_paths("", system), hint)

    def argument(self, evaluator: InstrumentedEvaluator, arguments: dict[str, Lazy]) -> Lazy:
        """What a function is applied to: without a fragment the set of packages."""
        outputs = self.outputs(evaluator)
        if not self.path:
            return packages_of(evaluator, outputs, evaluator.recorder.force)
        return find_along_attr_path(self.root(evaluator, self.path, arguments), self.fragment, {})

    def selected(self, evaluator: Evaluator, arguments: dict[str, Lazy], path: str = "") -> Lazy:
        """What the word names, and *path* in that."""
        word = f"{self.reference}#{'.' * self.exact}{joined(self.fragment, path)}"
        return auto_call(flake_attribute(self.command, evaluator, word, self.locking()), {})

    def packages(self, evaluator: Evaluator, arguments: dict[str, Lazy]) -> Lazy:
        """What the word names; the set of packages where it names no attribute."""
        if self.path:
            return self.selected(evaluator, arguments)
        return packages_of(evaluator, outputs_of(evaluator, self.locked(evaluator)), force)


def packages_of(evaluator: Evaluator, outputs: Lazy, evaluate: Callable[[Lazy], Value]) -> Lazy:
    """The set of packages among a flake's outputs; the outputs where there is none."""
    for name in ("legacyPackages", "packages"):
        found, _ = along(outputs, [name, evaluator.settings.system], evaluate)
        if found is not None:
            return found[0]
    return outputs


Way = FileWay | FlakeWay


def way_in(command: Command, word: str) -> Way:
    """What a word names."""
    base, mark, fragment = word.partition("#")
    if not mark or command.host.exists(command.host.real_path(absolute(command, word))):
        return FlakeWay(command, word) if is_reference(command, word) else FileWay(command, word)
    return FileWay(command, base, fragment) if is_file(command, base) else FlakeWay(command, word)


def file_way(command: Command, word: str) -> Way:
    """What the word of a `-f` names: a file, but for `FLAKE#ATTRPATH`."""
    return way_in(command, word) if "#" in word else FileWay(command, word, named=True)


def is_file(command: Command, word: str) -> bool:
    """Whether a word before `#` names a file, or a folder that is no flake."""
    from nixlite.host.lookup_path import is_pseudo_url

    if word.startswith("<") or is_pseudo_url(word):
        return True
    host = command.host
    path = host.real_path(absolute(command, word or "."))
    if host.exists(path) and host.file_type(path) == "directory":
        plain = host.exists(f"{path}/default.nix") and not host.exists(f"{path}/flake.nix")
        return plain and word != ""
    return path.rpartition("/")[2] != "flake.nix" and (word.endswith(".nix") or host.exists(path))


def is_reference(command: Command, word: str) -> bool:
    """Whether a word without `#` names a flake: it has a flake's scheme, is a folder with a `flake.nix` and
    without a `default.nix`, or the name of a flake that a registry knows."""
    import re

    from nixlite.host.lookup_path import is_pseudo_url

    if is_pseudo_url(word):
        return False
    if re.match(SCHEME, word):
        return True
    host = command.host
    path = host.real_path(absolute(command, word))
    if not host.exists(path):
        return is_known_name(command, word)
    if host.file_type(path) != "directory" or host.exists(f"{path}/default.nix"):
        return False
    return host.exists(f"{path}/flake.nix")


def names_program(word: str) -> bool:
    """Whether an argument beside `--expr` is a file or flake, not an attribute path."""
    import re

    return looks_like_file(word) or "#" in word.partition('"')[0] or re.match(SCHEME, word) is not None


def looks_like_file(word: str) -> bool:
    """Whether a word can only mean a file."""
    return "/" in word or word.startswith("<") or word.endswith(".nix")


def joined(first: str, second: str) -> str:
    """One attribute path after another."""
    second = "" if second == "." else second
    return f"{first}.{second}" if first and second else first or second


def settle_purity(command: Command, ways: Sequence[Way]) -> None:
    """Flakes are evaluated purely, as `nix eval` does, if nothing else is."""
    if ways and all(way.flake for way in ways) and not command.impure:
        command.settings.pure_eval = True
