"""A question about an option: the evaluation that was asked, the option and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.brief import brief, folder_of, shown_file, shown_place
from nixlite.explain.modules.changes import PRIORITIES
from nixlite.explain.modules.options import ITEM, KEPT, Option, Options, Part, priority_name
from nixlite.explain.recording.places import callee_name
from nixlite.explain.recording.program import Program, locate
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import outcome
from nixlite.runtime.thunk import failed
from nixlite.source import Source
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.notes import CallRecord, Place
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.trials import Outcome

ROOTS = ("config", "options")
"""The attributes of an evaluation of modules that lead to options."""


class Asked:
    """*path* is the question, *start* how many of its names lead to the evaluation of modules (its `config`
    included), *value* what is there, an error too. *option* is the one whose definitions decide: the option
    at the path, the nearest above it, or after an error the one that cannot be evaluated."""

    def __init__(self, program: Program, found: Examination, path: Sequence[str], start: int) -> None:
        self.program = program
        self.found = found
        self.path = tuple(path)
        self.start = start
        self.base = folder_of(found.evaluator.state)
        self.options = Options(found)
        self.look = self.options.look
        self.value = outcome(found, path).value
        option = self.nearest()
        below = self.failing_below(option) if self.error is None else None
        self.value = below or self.value
        self.option = self.deciding(option)
        self.target = self.target_of(self.option)

    @property
    def error(self) -> NixError | None:
        """What evaluating the attribute ended in."""
        return self.value if isinstance(self.value, NixError) else None

    @property
    def failed(self) -> bool:
        """Whether the option has no value, not only what was asked for in it."""
        if self.error is None or self.option is None:
            return self.error is not None
        value = self.value_of(self.option.loc)
        return isinstance(value, NixError) or self.is_merge_error(str(self.error))

    @property
    def name(self) -> str:
        """The path as it is written."""
        return shown_path(self.path)

    def nearest(self) -> Option | None:
        """The option at the path, or the one that it is a part of."""
        rest = self.path[self.start :]
        for end in range(len(rest), 0, -1):
            option = self.options.option(rest[:end])
            if option is not None:
                return option
        return None

    def failing_below(self, option: Option | None) -> NixError | None:
        """The error of a part of a value, of those that are shown: an option of a submodule, an item."""
        if option is None:
            return None
        self.shown(self.value)
        self.options.refresh()
        for call in self.found.recorder.calls:
            error = merge_error(call)
            loc = self.options.locs[id(call)]
            if error is not None and len(loc) > len(option.loc) and loc[: len(option.loc)] == option.loc:
                return error
        return None

    def is_merge_error(self, message: str) -> bool:
        """Whether merging the definitions of an option ended in an error."""
        return any(
            str(error) == message for call in self.found.recorder.calls if (error := merge_error(call))
        )

    def target_of(self, option: Option | None) -> tuple[str, ...]:
        """The path of the option that decides, as far as it can be asked for."""
        if option is None or not self.failed:
            return self.path
        loc = option.loc
        while loc and ITEM.fullmatch(loc[-1]):
            loc = loc[:-1]
        return (*self.path[: self.start], *loc)

    def deciding(self, option: Option | None) -> Option | None:
        """After an error: the option whose merging failed first; that of the question else."""
        if self.error is None:
            return option
        message = str(self.error)
        for call in reversed(self.found.recorder.calls):
            if str(merge_error(call)) == message:
                return self.options.option(self.options.locs[id(call)]) or option
        return option

    # -- words

    def shown(self, value: Any) -> str:
        """A value in few words."""
        return brief(value, 2, self.look)

    @property
    def part(self) -> str:
        """The name in the option's value that was asked for, "" where that is all of it."""
        rest, loc = self.path[self.start :], self.option.loc if self.option is not None else ()
        return rest[len(loc)] if loc and len(rest) > len(loc) and rest[: len(loc)] == loc else ""

    def beside(self, value: Any) -> str:
        """As `shown`; where only a part was asked for, nothing of the others is evaluated for showing it."""
        return brief(self.look(value), 2, settled) if self.part else self.shown(value)

    def place(self, part: Part) -> str:
        """Where a definition is."""
        if part.written is not None:
            return shown_place(part.written.place, self.base)
        return shown_file(part.file, self.base) or "an unknown place"

    def is_own(self, part: Part) -> bool:
        """Whether a definition is in the person's own files: below the current folder or beside the file that
        was asked about."""
        file = part.written.place[0] if part.written is not None else part.file
        if self.place(part).startswith(("<", "/nix/store/")):
            return False
        folders = {entry.rpartition("/")[0] for entry in self.program.entries if entry.startswith("/")}
        return file.startswith("«") or any(file.startswith(f"{folder}/") for folder in {*folders, self.base})

    def described(self, part: Part) -> str:
        """`"Serif" at m-theme.nix:1 (mkDefault, 1000)`."""
        return f"{self.shown(part.value)} at {self.place(part)} ({self.weight(part)})"

    def weight(self, part: Part) -> str:
        """A definition's priority; where it is given, if on another line: `by mkForce at m.nix:3, 50`."""
        text = priority_name(part.priority)
        call = given_priority(part)
        if part.written is None or call is None or call[1] == part.written.place[1]:
            return text
        return f"by {text.partition(',')[0]} at {shown_place(call, self.base)}, {part.priority}"

    def option_name(self, loc: Sequence[str]) -> str:
        """An option's path as one asks for it."""
        item = ITEM.fullmatch(loc[-1]) if loc else None
        if item is not None:
            return f"item {item[2]} of {self.option_name(loc[:-1])}"
        return shown_path((*self.path[: self.start], *loc))

    def value_of(self, loc: Sequence[str]) -> Any:
        """An option's value, MISSING or an error where there is none."""
        return outcome(self.found, (*self.path[: self.start], *loc)).value

    # -- what would be

    def extended(self, module: str, path: Sequence[str] | None = None) -> Outcome | None:
        """The attribute, or the one at *path*, when a further module is there; None where that cannot be
        tried."""
        prefix = self.path[: self.start - 1] if self.path[self.start - 1 : self.start] else ()
        root = locate(self.found, prefix)
        configuration = self.look(root.cell)
        if type(configuration) is not dict or "extendModules" not in configuration:
            return None
        select = "".join(f".{attribute_name(name)}" for name in prefix)
        text = f"root: root{select}.extendModules {{ modules = [ ({module}) ]; }}"
        inner = self.program

        def evaluate(evaluator: Any) -> Any:
            function = evaluator.evaluate_source(Source("«what to add»", text, base=self.base))
            return evaluator.base["call"](function, inner.evaluate(evaluator))

        program = Program(inner.settings, inner.host, evaluate, inner.entries)
        program.codes, program.quiet = inner.codes, True
        return outcome(program.run(), self.path[self.start - 1 :] if path is None else path)


def merge_error(call: CallRecord) -> NixError | None:
    """The error that merging an option's definitions ended in."""
    merged = settled(call.result)
    cell = merged.get("mergedValue") if type(merged) is dict else None
    if call.function == "mergeDefinitions" and type(cell) is list and cell[0] is failed:
        return cell[1] if isinstance(cell[1], NixError) else None
    return None


def given_priority(part: Part) -> Place | None:
    """Where the call is that gives a definition its priority: it may be around a whole set of definitions."""
    definition = part.written.definition if part.written is not None else None
    parents = definition.parents if definition is not None else None
    while parents is not None and type(parents.node) is not n.Lambda:
        if type(parents.node) is n.Call and callee_name(parents.node) in PRIORITIES:
            assert definition is not None
            source = definition.source
            return (source.name, *source.line_column(parents.node.start))
        parents = parents.up
    return None


def shown_path(path: Sequence[str]) -> str:
    """Names joined as in Nix."""
    return ".".join(attribute_name(name) for name in path)


def modules_at(found: Examination, path: Sequence[str]) -> int | None:
    """How many names of a path lead into an evaluation of modules, `config` or `options` included; None where
    no option is meant."""
    if not found.recorder.calls:
        return None
    if Options(found).option(path) is not None:
        return 0  # the value asked about is `config` itself
    for at, name in enumerate(path):
        if name in ROOTS:
            above = outcome(found, path[:at]).value
            if type(above) is dict and all(root in above for root in ROOTS) and at + 1 < len(path):
                return at + 1
    return None


def is_kept(part: Part) -> bool:
    """Whether a definition counts."""
    return part.state == KEPT
