"""What `nixlite.questions` answers, as data classes: frozen, made of strings, numbers, tuples and each
other."""

from __future__ import annotations

from dataclasses import dataclass, field

from nixlite.source import shown_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: file, 1-based line and column (UTF-8 bytes); `«string»` is a text."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @classmethod
    def of(cls, place: tuple[str, int, int] | None) -> Self | None:
        """A place as evaluators have it."""
        return None if place is None else cls(shown_name(place[0]), place[1], place[2])


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do: a sentence, the code to write, where (None: anywhere), and what came of trying it."""

    say: str
    code: str
    place: Place | None
    proved: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition that a value passed: the *text* that is written at the *place*, and for an option what
    became of it (*state*: `kept`, `discarded`, `left out`, `failed`), with its *value* and *priority*."""

    name: str
    place: Place | None
    text: str
    state: str = ""
    value: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A layer of an attribute: *what* did it (`//`, `overrideAttrs`, …), where, the value it had then, the
    definitions, and for a package what it changed."""

    what: str
    place: Place | None
    value: str
    definitions: tuple[Definition, ...]
    changes: str


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a value reads, and what that reads in turn."""

    name: str
    place: Place | None
    value: str
    reads: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Where an attribute comes from.

    *value* is shown shortened; *error* is there instead if there is none. *verdict* says in sentences what
    is the matter, *advice* what to do. *steps*: the layers that it passed; *reads*: what it is made of. For
    an option of a module system there are *definitions*, its type (*kind*) and where it is *declared*
    instead.
    """

    path: str
    value: str
    error: str
    verdict: tuple[str, ...]
    advice: tuple[Advice, ...]
    steps: tuple[Step, ...]
    reads: tuple[Read, ...]
    definitions: tuple[Definition, ...]
    kind: str
    declared: str
    text: str = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the attribute has a value."""
        return not self.error

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Behind:
    """Something that did not follow an override: its *path* and *value*, the one *expected*, and why."""

    path: tuple[str, ...]
    value: str
    expected: str
    cause: str


@dataclass(frozen=True, slots=True)
class Given:
    """A value that an override gave: *old* (None where there was none) and *new* one, where (`file:line`),
    *by* what, and how far it got (*reach*)."""

    name: str
    old: str | None
    new: str
    place: str
    by: str
    reach: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What to write instead at a *place* (`file:line`), tried: *ok* tells whether all gets through with it.
    *placeholder*: a hash in it is made up."""

    code: str
    place: str
    ok: bool
    placeholder: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """What became of overrides. *code*: 0 if all that was given got through, 1 if something did not, 2 if
    that could not be told. *headline*, *problems* and *notes* say it in sentences; *fixes* are the best
    first. *drv_path* is that of a package, else None. Of a list or set of packages, *members* has an answer
    for each that is overridden. *data* is all of it, as `nixlite stale --json` prints it."""

    code: int
    headline: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    given: tuple[Given, ...]
    behind: tuple[Behind, ...]
    fixes: tuple[Fix, ...]
    drv_path: str | None
    members: dict[str, Stale]
    data: dict[str, Any] = field(repr=False)
    text: str = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether all that was given got through."""
        return self.code == 0

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Override:
    """An override, tried. *code* is an expression with `pkgs` in scope; *overlay*, *flake* and *shell* the
    same as such files. *ok*: all that was wished gets through; *problems*: what does not. *mechanism* names
    the functions that give it, *why* says why these. *placeholder*: a hash is made up, and *commands* find
    the right one. *before* and *drv_path*: the .drv files without and with it; *derivations* have to be
    built anew, of which *fetched* only fetch."""

    code: str
    ok: bool
    mechanism: tuple[str, ...]
    why: str
    problems: tuple[str, ...]
    placeholder: bool
    commands: tuple[str, ...]
    before: str
    drv_path: str
    derivations: int
    fetched: int
    overlay: str = field(repr=False)
    flake: str = field(repr=False)
    shell: str = field(repr=False)
    text: str = field(repr=False)

    def __str__(self) -> str:
        return self.text
