"""The definitions of an option, winners and losers, as they were given to `mergeDefinitions`.

Nix's own `definitionsWithLocations` forgets what was discarded. Here each definition keeps its place, its
priority (`mkOverride`), its order (`mkOrder`) and the conditions (`mkIf`) around it; nothing is guessed: the
priorities are compared as `filterOverrides` of `lib/modules.nix` does, and a condition is evaluated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import forcing
from nixlite.explain.modules.written import Writing, attribute, writing
from nixlite.explain.recording.history import alias
from nixlite.explain.recording.places import PART, callee_name
from nixlite.explain.recording.recorder import settled
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.brief import Look
    from nixlite.explain.recording.notes import CallRecord
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.recording.recorder import Node

PLAIN, FORCE, DEFAULT, OPTION_DEFAULT = 100, 50, 1000, 1500
"""Priorities of a plain definition, of `mkForce`, `mkDefault` and an option's `default`; the lowest wins."""

BEFORE, MIDDLE, AFTER = 500, 1000, 1500
"""Orders of `mkBefore`, of a plain definition and of `mkAfter`."""

NAMES = {10: "mkVMOverride", FORCE: "mkForce", 60: "mkImageMediaOverride", PLAIN: "plain",
         DEFAULT: "mkDefault", OPTION_DEFAULT: "mkOptionDefault"}  # fmt: skip

ITEM = re.compile(r"\[definition (\d+)-entry (\d+)\]")
"""What the module system calls an item of a list."""

KEPT, DISCARDED, LEFT_OUT, FAILED = "kept", "discarded", "left out", "failed"
"""What became of a definition: merged, outweighed by a stronger one, its `mkIf` is false, or it throws."""


class Condition(NamedTuple):
    """A `mkIf` around a definition: its condition, whether it holds (None: it throws), where it is."""

    cell: Any
    holds: bool | None
    written: Writing | None


class Part(NamedTuple):
    """One definition: *value* is the lazy without its properties, *file* what the module system calls its
    file, *from_option* the option whose value it passes on."""

    value: Any
    file: str
    priority: int
    order: int
    conditions: tuple[Condition, ...]
    written: Writing | None
    is_default: bool = False
    state: str = KEPT
    from_option: tuple[str, ...] = ()


class Option(NamedTuple):
    """An option, or an item of one: *loc* its path, *declared* what `mkOption` said (empty for an item),
    *declaration* where that is, *kind* its type. *parts* are in the module system's order."""

    loc: tuple[str, ...]
    declared: dict[str, Any]
    declaration: Writing | None
    kind: dict[str, Any]
    parts: list[Part]

    def kept(self) -> list[Part]:
        """The definitions that are merged, in the order of merging."""
        return sorted([part for part in self.parts if part.state == KEPT], key=lambda part: part.order)


class Options:
    """All options that an evaluation came to, read from the calls that it made."""

    def __init__(self, found: Examination) -> None:
        self.found = found
        self.look: Look = forcing(found)
        self.locs: dict[int, tuple[str, ...]] = {}
        """The path of each call, by the identity of its record."""
        self.values: dict[int, tuple[str, ...]] = {}
        """The option of each value, by the identity of its cell."""
        self.known = 0
        self.library = ""
        """The folder of `modules.nix`: what is written there is no definition of a user's."""

    def refresh(self) -> None:
        """Read the calls that were made since."""
        calls = self.found.recorder.calls
        while self.known < len(calls):
            call = calls[self.known]
            self.known += 1
            loc = self.look(call.arguments[0])
            names = [self.look(item) for item in loc] if type(loc) is tuple else []
            self.locs[id(call)] = tuple([text_of(name) for name in names])
            result = settled(call.result)
            if call.function == "evalOptionValue" and type(result) is dict and "value" in result:
                self.values[id(alias(result["value"]))] = self.locs[id(call)]
            if not self.library and type(call.result) is list and len(call.result) == 3:
                self.library = call.result[2][0].rpartition("/")[0] + "/"

    def find(self, loc: Sequence[str], function: str = "mergeDefinitions") -> CallRecord | None:
        """The last call for an option's path."""
        self.refresh()
        wanted = tuple(loc)
        calls = [call for call in self.found.recorder.calls if call.function == function]
        return next((call for call in reversed(calls) if self.locs[id(call)] == wanted), None)

    def option(self, loc: Sequence[str]) -> Option | None:
        """The option at a path, None where there is none."""
        merging = self.find(loc)
        evaluating = self.find(loc, "evalOptionValue")
        last = merging or evaluating
        if last is None:
            return None
        declared = self.look(evaluating.arguments[1]) if evaluating is not None else {}
        declared = declared if type(declared) is dict else {}
        kind = self.look(merging.arguments[1] if merging is not None else declared.get("type"))
        whole = evaluating if self.look(declared.get("readOnly")) is True else None
        definitions = self.look((whole or last).arguments[2])
        parts: list[Part] = []
        for cell in definitions if type(definitions) is tuple else ():
            given = self.look(cell)
            if type(given) is dict and "value" in given:
                parts += self.unwrap(
                    given["value"], text_of(self.look(given.get("file", ""))), Around(loc[-1] if loc else "")
                )
        if "default" in declared and parts and parts[0].priority == OPTION_DEFAULT:  # it is put first
            is_default = self.is_passed(parts[0].value, declared["default"])
            written = parts[0].written or (self.declaration(declared, tuple(loc)) if is_default else None)
            parts[0] = parts[0]._replace(is_default=is_default, written=written)
        parts = [self.traced(tuple(loc), part) for part in weighed(parts)]
        kind = kind if type(kind) is dict else {}
        return Option(tuple(loc), declared, self.declaration(declared, tuple(loc)), kind, parts)

    # -- definitions

    def unwrap(self, cell: Any, file: str, around: Around) -> list[Part]:
        """The definitions in one that was given: `mkMerge` has several, `mkIf` and others are around them."""
        value = self.look(cell)
        written = (
            around.written
            if around.written is not None and not around.renew
            else self.writing(cell, around.name)
        )
        around = around._replace(written=written or around.written, renew=False)
        mark = self.look(value["_type"]) if type(value) is dict and "_type" in value else ""
        if mark == "merge":
            contents = self.look(value["contents"])
            inner = around._replace(renew=True)
            items = contents if type(contents) is tuple else ()
            return [part for item in items for part in self.unwrap(item, file, inner)]
        if mark == "if":
            around = around._replace(conditions=(*around.conditions, self.condition(value, around)))
            return self.unwrap(value["content"], file, around)
        if mark == "override" and around.priority is None:
            around = around._replace(priority=self.look(value["priority"]))
            return self.unwrap(value["content"], file, around)
        if mark == "order":
            around = around._replace(order=self.look(value["priority"]))
            return self.unwrap(value["content"], file, around)
        if mark == "definition":
            return self.unwrap(value["value"], text_of(self.look(value.get("file", file))), around)
        return [around.part(cell, file, failed=isinstance(value, NixError))]

    def condition(self, value: dict[str, Any], around: Around) -> Condition:
        """The condition of a `mkIf`; one inside of another that does not hold is not evaluated."""
        cell = value["condition"]
        if around.conditions and not around.conditions[-1].holds:
            return Condition(cell, around.conditions[-1].holds, None)
        truth = self.look(cell)
        return Condition(cell, truth if type(truth) is bool else None, self.writing(cell))

    def writing(self, cell: Any, name: str = "") -> Writing | None:
        """Where a value of the attribute *name* is written in a module, None if only in the library."""
        nodes = self.found.origins.chain(cell)
        value = settled(cell)
        if nodes and type(value) is dict:  # the same set under other names: `a.type or b`
            seen = set(nodes)
            for node in nodes:  # it grows
                for other in node.reads:
                    if other not in seen and len(seen) < 30 and settled(other.cell) is value:
                        seen.add(other)
                        nodes.append(other)
        for node in nodes:
            if node.place is not None and not node.place[0].startswith(self.library or "\0"):
                made = writing(self.found.places, node, name)
                if made is not None:
                    return made
        return None

    def declaration(self, declared: dict[str, Any], loc: tuple[str, ...] = ()) -> Writing | None:
        """Where an option is declared: the position that the module system noted, else that of its type."""
        positions = self.look(declared.get("declarationPositions", ()))
        for cell in positions if type(positions) is tuple else ():
            at = self.look(cell)
            line = self.look(at.get("line")) if type(at) is dict else None
            if type(line) is int:
                return Writing((text_of(self.look(at["file"])), line, self.look(at["column"])), "", None)
        for name in ("type", "description", "default"):
            made = self.writing(declared[name], name) if name in declared else None
            if made is not None:
                return made
        return self.declared_in(declared, loc)

    def declared_in(self, declared: dict[str, Any], loc: tuple[str, ...]) -> Writing | None:
        """The call of `mkEnableOption` or another such function for the option in the file that declares it,
        if there is one only: older module systems know no more than the file."""
        files = self.look(declared.get("declarations", ()))
        file = text_of(self.look(files[0])) if type(files) is tuple and files else ""
        names = [file, f"{file}/default.nix"]
        if not file.startswith("/"):  # a module that is written in no file of its own
            names = [
                name for name in self.found.evaluator.sources if not name.startswith(self.library or "\0")
            ]
        found: dict[Any, Writing] = {}
        for name in names if loc else ():
            index = self.found.places.index(name)
            for entry in index.definitions.values() if index is not None else ():
                if entry.kind == PART or type(entry.value) not in (n.Call, n.AttrSet):
                    continue
                made = attribute(entry, loc[-1])
                call = made.value
                if made.names[-1] == loc[-1] and type(call) is n.Call and "Option" in callee_name(call):
                    found[made.place] = made
        return next(iter(found.values())) if len(found) == 1 else None

    def is_passed(self, cell: Any, origin: Any) -> bool:
        """Whether a lazy is merely another name for *origin*."""
        if type(origin) is not list:
            return cell is origin
        return any(alias(node.cell) is alias(origin) for node in self.found.origins.chain(cell))

    def traced(self, loc: tuple[str, ...], part: Part) -> Part:
        """A definition that only passes on the value of another option, with that option; one whose own
        place is in the library gets the place of the definition further up that it is part of."""
        source = self.passes_on(part.value, loc)
        written = part.written or self.brought_by(loc, part)
        return part._replace(from_option=source, written=written)

    def passes_on(self, cell: Any, loc: tuple[str, ...]) -> tuple[str, ...]:
        """The option whose value a lazy is, not merely reads."""
        self.refresh()
        if type(cell) is not list:
            return ()
        value = settled(cell)
        todo: list[Node] = [self.found.recorder.node(cell)]
        seen = set(todo)
        while todo:
            node = todo.pop(0)
            source = self.values.get(id(alias(node.cell)))
            if source is not None and source != loc:
                return source
            for other in node.reads:
                if other not in seen and other.cell is not None and settled(other.cell) is value:
                    seen.add(other)
                    todo.append(other)
            if len(seen) > 50:
                break
        return ()

    def brought_by(self, loc: tuple[str, ...], part: Part) -> Writing | None:
        """Where the set is written that a definition came in with: `config.wiki` for `wiki.port`."""
        item = ITEM.fullmatch(loc[-1]) if loc else None
        if item is not None:  # of a list: the definition that it is an item of
            above = self.option(loc[:-1])
            kept = above.kept() if above is not None else []
            return kept[int(item[1]) - 1].written if len(kept) >= int(item[1]) else None
        if type(part.value) is not list:
            return None
        own = {id(alias(node.cell)) for node in self.found.origins.chain(part.value)}
        for cut in range(len(loc) - 1, 0, -1):
            merging = self.find(loc[:cut])
            above = self.option(loc[:cut]) if merging is not None else None
            for candidate in above.parts if above is not None else ():
                at: Any = candidate.value
                for name in loc[cut:]:
                    value = self.look(at)
                    at = value.get(name) if type(value) is dict else None
                if type(at) is list and id(alias(at)) in own:
                    return candidate.written
        return None


class Around(NamedTuple):
    """What is around a definition; *name* is the option's, *renew*: each item of a `mkMerge` has a place of
    its own."""

    name: str

    priority: Any = None
    order: int = MIDDLE
    conditions: tuple[Condition, ...] = ()
    written: Writing | None = None
    renew: bool = False

    def part(self, cell: Any, file: str, *, failed: bool = False) -> Part:
        """The definition, as far as it can be said without the others."""
        priority = self.priority if type(self.priority) is int else PLAIN
        state = FAILED if failed else KEPT
        if self.conditions and not self.conditions[-1].holds:
            state = LEFT_OUT if self.conditions[-1].holds is False else FAILED
        return Part(cell, file, priority, self.order, self.conditions, self.written, state=state)


def weighed(parts: list[Part]) -> list[Part]:
    """The definitions with what became of them: only those of the lowest priority number are kept."""
    best = min((part.priority for part in parts if part.state != LEFT_OUT), default=PLAIN)
    return [
        part._replace(state=DISCARDED) if part.state == KEPT and part.priority > best else part
        for part in parts
    ]


def text_of(value: Any) -> str:
    """The text of a string or path, "" of anything else."""
    text = getattr(value, "text", None) or getattr(value, "path", None)
    return text if isinstance(text, str) else value if type(value) is str else ""


def priority_name(priority: int) -> str:
    """`mkForce, 50`, or `mkOverride 49`."""
    name = NAMES.get(priority)
    return f"{name}, {priority}" if name else f"mkOverride {priority}"
