"""A fix for stale attributes: the override with what it forgot, as Nix code, and a check by evaluating it.

For every stale attribute one of these is added to the set that overrides:

* `src = old.src.override { rev = version; … }`, where an overridable function made it of the old value;
* its definition once more, where everything in it can be said there: `src = "x-${version}"`;
* the value that it would have, with `${version}` put in again.

A hash that goes with the replaced value is replaced by zeros: the real one is only known after downloading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.scope import Global
from nixlite.errors import NixError
from nixlite.explain.leaves import forced, leaf_at
from nixlite.explain.places import REC, resolves_to, variables_below
from nixlite.explain.stale import set_at
from nixlite.runtime.printer import show_value
from nixlite.runtime.values import ContextString
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.places import Definition, Index
    from nixlite.explain.program import Examination, Program
    from nixlite.explain.stale import Override, Report, Stale

ZEROS = {
    "hash": "sha256-" + "A" * 43 + "=",
    "sha256": "0" * 52,
    "sha512": "0" * 103,
    "outputHash": "0" * 52,
}
"""Hashes that stand for one yet to be found out."""


class Moved(NamedTuple):
    """An attribute after the fix: its value before and then, and whether that is what it should be."""

    path: tuple[str, ...]
    before: Any
    after: Any
    ok: bool


class Fix(NamedTuple):
    """*code*: the overriding set as it should be, in *file*; *moved* is what came of evaluating it."""

    code: str
    file: str
    line: int
    moved: list[Moved]
    assumes_hash: bool

    @property
    def ok(self) -> bool:
        """Whether every stale attribute follows."""
        return bool(self.moved) and all(item.ok for item in self.moved)


class Editor:
    """Rewrites the set literal of an override."""

    def __init__(self, found: Examination, report: Report, attrs: dict[str, Any]) -> None:
        self.found = found
        self.report = report
        self.attrs = attrs
        last = report.stale[0].override
        definition = found.places.definition(last.place)
        assert definition is not None
        self.definition: Definition = definition
        self.container: Any = definition.container
        self.source = definition.source
        self.label = found.places.label(definition)
        self.old, self.wrap = self.name_of_old()
        self.assumes_hash = False
        self.needs_rec = False
        names = {entry.name: entry for entry in report.overrides}
        self.replaced: dict[str, Override] = names

    def name_of_old(self) -> tuple[str, bool]:
        """(how the override calls what was before, whether `old:` must be written in front for that)."""
        label = self.label
        if label is not None and label.what == "overlay":
            return label.call.body.argument, False  # type: ignore[attr-defined]
        parents = self.definition.parents
        name = ""
        while parents is not None and (label is None or parents.node is not label.call):
            node = parents.node
            if type(node) is n.Lambda and node.argument is not None and not name:
                name = node.argument
            if type(node) is n.Binary and node.op == "//" and not name and label is None:
                inside = self.container
                if node.right is inside:
                    return f"({self.source.text[node.left.start : node.left.end]})", False
            parents = parents.up
        if label is None:
            return "", False
        return (name, False) if name else ("old", True)

    # -- what to add

    def additions(self) -> dict[str, str]:
        """The bindings to add, by name."""
        result: dict[str, str] = {}
        groups: dict[str, list[Stale]] = {}
        for item in self.report.stale:
            groups.setdefault(item.path[0], []).append(item)
        for name, items in groups.items():
            code = self.by_override(name, items) or self.by_definition(name) or self.by_value(name, items)
            if code is not None:
                result[name] = code
        return result

    def written(self, name: str) -> Definition | None:
        """The definition that an attribute goes back to."""
        cell = self.attrs[name]
        chain = self.found.origins.chain(cell)
        return self.found.places.of(chain[-1]) if chain else None

    def by_override(self, name: str, items: list[Stale]) -> str | None:
        """`old.src.override { … }`, with the arguments that were made of the old value."""
        value = forced(self.found, self.attrs[name])
        entry = self.written(name)
        if not self.old or type(value) is not dict or "override" not in value or entry is None:
            return None
        call: Any = entry.value
        if type(call) is not n.Call or type(call.arguments[0]) is not n.AttrSet:
            return None
        index = self.found.places.index(entry.place[0])
        assert index is not None
        parts = []
        for argument, binding in call.arguments[0].bindings.items():
            code = self.moved_here(index, binding.value, items) if binding.value is not None else None
            if code is not None:
                parts.append(f"{argument} = {code};")
            elif argument in ZEROS:
                parts.append(f'{argument} = "{ZEROS[argument]}";')
                self.assumes_hash = True
        rest = "".join(f"\n    {part}" for part in parts)
        return f"{self.old}.{attribute_name(name)}.override {{{rest}\n  }}" if parts else None

    def by_definition(self, name: str) -> str | None:
        """The definition of an attribute once more, with its names as the override knows them."""
        entry = self.written(name)
        if entry is None or entry.value is None or entry.name != name:
            return None
        index = self.found.places.index(entry.place[0])
        return self.moved_here(index, entry.value, self.report.stale) if index is not None else None

    def moved_here(self, index: Index, value: n.Expr, items: Sequence[Stale]) -> str | None:
        """The text of an expression that reads replaced values, to be said inside the override; None for
        one that reads none, or other names that are not to be had there."""
        edits: list[tuple[int, int, str]] = []
        reads = False
        for var in variables_below(value):
            resolution = index.analysis.variables.get(var)
            if type(resolution) is Global:
                continue
            replaced = self.meaning(index, var, items)
            if replaced is not None:
                reads = True
                edits.append((var.start, var.end, replaced))
            elif self.sibling(index, var) and any(var.name == item.path[0] for item in self.report.stale):
                reads = True  # it is written anew as well
            elif self.old and self.sibling(index, var):
                edits.append((var.start, var.end, f"{self.old}.{attribute_name(var.name)}"))
            elif not self.is_local(index, var, value):
                return None
        if not reads:
            return None
        self.needs_rec = True
        return replace(index.source.text, edits, value.start, value.end)

    def meaning(self, index: Index, var: n.Var, items: Sequence[Stale]) -> str | None:
        """The name of the override that a variable stands for."""
        for entry in self.replaced.values():
            definition = self.found.places.definition(entry.origin)
            if definition is not None and resolves_to(index, var, definition):
                return entry.name
            if definition is not None and definition.kind == "formal" and var.name == definition.name:
                return entry.name
        return None

    def sibling(self, index: Index, var: n.Var) -> bool:
        """Whether a variable is an attribute of the same `rec`, to be had from the old set."""
        resolution = index.analysis.variables.get(var)
        binding = getattr(resolution, "binding", None)
        if binding is None:
            return False
        definition = index.definitions.get(index.source.line_column(binding.pos))
        return definition is not None and definition.kind == REC and var.name in self.attrs

    def is_local(self, index: Index, var: n.Var, value: n.Expr) -> bool:
        """Whether a variable is bound inside of the expression itself."""
        resolution = index.analysis.variables.get(var)
        binding = getattr(resolution, "binding", None)
        return binding is not None and value.start <= binding.pos < value.end

    def by_value(self, name: str, items: list[Stale]) -> str | None:
        """The value that an attribute would have, written down; nested ones beside the old rest."""
        if len(items[0].path) == 1:
            return self.literal(items[0].expected, items[0].override)
        if not self.old or any(len(item.path) != 2 for item in items):
            return None
        parts = []
        for item in items:
            code = self.literal(item.expected, item.override)
            if code is None:
                return None
            parts.append(f"{attribute_name(item.path[1])} = {code};")
        return f"{self.old}.{attribute_name(name)} // {{ {' '.join(parts)} }}"

    def literal(self, value: Any, entry: Override) -> str | None:
        """A value as Nix code; `${version}` where the new value is part of a string."""
        if type(value) is ContextString or type(value) is dict or callable(value):
            return None
        try:
            code = show_value(self.found.evaluator.state, value)
        except NixError:
            return None
        if "«" in code or "<" in code or "/nix/store" in code:
            return None
        if type(entry.new) is str and type(value) is not bool and entry.new and entry.new in code:
            self.needs_rec = True
            if code == f'"{entry.new}"':
                return entry.name
            return code.replace(entry.new, f"${{{entry.name}}}")
        return code

    # -- the new text

    def edited(self, additions: dict[str, str]) -> tuple[str, str]:
        """(the whole source with the additions, the part of it that overrides)."""
        text, container = self.source.text, self.container
        end = container.end
        while text[end - 1] != "}":
            end -= 1
        there = {
            name: (
                binding.value.start - container.start,
                binding.value.end - container.start,
                additions[name],
            )
            for name, binding in container.bindings.items()
            if name in additions and binding.value is not None and binding.kind == n.PLAIN
        }
        body = text[container.start : end - 1].rstrip()
        body = replace(body, list(there.values()), 0, len(body))
        additions = {name: code for name, code in additions.items() if name not in there}
        if "\n" not in body:
            head, _, bindings = body.partition("{")
            body = f"{head}{{\n  {bindings.strip()}"
        rec = "rec " if self.needs_rec and not container.recursive else ""
        front = f"({'old: ' if self.wrap else ''}{rec}" if self.wrap else rec
        lines = "".join(f"\n  {attribute_name(name)} = {code};" for name, code in additions.items())
        new = f"{front}{body}{lines}\n}}{')' if self.wrap else ''}"
        return text[: container.start] + new + text[end:], new


def replace(text: str, edits: list[tuple[int, int, str]], start: int, end: int) -> str:
    """Part of a text with replacements in it; a name in braces of a string stays a name."""
    result, at = [], start
    for first, last, new in sorted(edits):
        result += [text[at:first], new]
        at = last
    return "".join([*result, text[at:end]])


def propose(program: Program, path: Sequence[str], report: Report) -> Fix | None:
    """A fix for what is stale, evaluated; None where there is nothing to fix or no idea how."""
    if not report.stale:
        return None
    found = program.run()
    attrs = set_at(found, path)
    editor = Editor(found, report, attrs)
    additions = editor.additions()
    if not additions or type(editor.container) is not n.AttrSet:
        return None
    whole, code = editor.edited(additions)
    moved = check(program, path, report, editor.source.name, whole)
    return Fix(code, editor.source.name, editor.definition.place[1], moved, editor.assumes_hash)


def check(program: Program, path: Sequence[str], report: Report, name: str, text: str) -> list[Moved]:
    """What comes of a program with another text for one source."""
    again = program.run(edits={name: text})
    if again.error is not None:
        return []
    attrs = set_at(again, path)
    moved = []
    for item in report.stale:
        answer = leaf_at(again, attrs, item.path)
        if isinstance(answer, NixError):
            moved.append(Moved(item.path, item.value, str(answer), False))
        else:
            moved.append(Moved(item.path, item.value, answer[1], answer[0] == item.expected_key))
    return moved
