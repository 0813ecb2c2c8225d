"""A fix for stale attributes: the override with what it forgot, as Nix code, and a check by evaluating it.

For every stale attribute one of these is added to the set that overrides:

* `src = old.src.override { rev = version; … }`, where an overridable function made it of the old value;
* its definition once more, where everything in it can be said there: `src = "x-${version}"`;
* the value that it would have, with `${version}` put in again.

A hash that goes with the replaced value is replaced by zeros: the real one is only known after downloading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.recording.leaves import forced, is_derivation, leaf_at
from nixlite.explain.recording.program import set_at
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.respelling import Again, Replaced, Respeller
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.fix.writing import set_names
from nixlite.runtime.values import ContextString
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.program import Program
    from nixlite.explain.stale.fix.text_edits import Edit
    from nixlite.explain.stale.plain.examine import Report, Stale
    from nixlite.explain.stale.plain.overrides import Override


class Fix(NamedTuple):
    """*code*: the overriding set as it should be, in *file*; *effects* are what came of evaluating it.
    *edits* are those of the source."""

    code: str
    file: str
    line: int
    effects: list[Effect]
    assumes_hash: bool
    edits: list[Edit]

    @property
    def successes(self) -> int:
        """How many stale attributes follow."""
        return sum(item.ok for item in self.effects)

    @property
    def ok(self) -> bool:
        """Whether every stale attribute follows."""
        return bool(self.effects) and all(item.ok for item in self.effects)


class Editor(Again):
    """Rewrites the set literal of an override; *prefix* as `Respeller` has it."""

    def __init__(self, report: Report, prefix: str | None = None) -> None:
        found = self.found = report.found
        self.report = report
        self.attrs = report.attrs
        last = report.stale[0].override
        definition = found.places.definition(last.place)
        assert definition is not None
        assert definition.container is not None
        self.definition: Definition = definition
        self.container: Any = definition.container
        self.source = definition.source
        self.label = found.places.label(definition)
        self.old, self.wrap = self.name_of_old()
        self.assumes_hash = False
        self.needs_rec = False
        renewed = {item.path[0] for item in report.stale}
        replaced = [Replaced(entry.name, entry.origin) for entry in report.overrides]
        at = (self.source.name, self.container.start)
        self.respeller = Respeller(found, replaced, renewed, set(self.attrs), self.old, prefix, at)

    def name_of_old(self) -> tuple[str, bool]:
        """(how the override calls what was before, whether `old:` must be written in front for that)."""
        label = self.label
        if label is not None and label.what == "overlay":
            overlay: Any = label.call
            return overlay.body.argument, False
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
            code = (
                self.by_override(name)
                or self.definition_again(name, self.written(name))
                or self.by_value(name, items)
            )
            if code is not None:
                result[name] = code
        return result

    def written(self, name: str) -> Definition | None:
        """The definition that an attribute goes back to."""
        cell = self.attrs[name]
        chain = self.found.origins.chain(cell)
        return self.found.places.of(chain[-1]) if chain else None

    def by_override(self, name: str) -> str | None:
        """`old.src.override { … }`, with the arguments that were made of the old value."""
        value = forced(self.found, self.attrs[name])
        entry = self.written(name)
        if not self.old or type(value) is not dict or "override" not in value or entry is None:
            return None
        parts, _ = self.arguments_again(entry)
        rest = "".join(f"\n    {part}" for part in parts)
        return f"{self.old}.{attribute_name(name)}.override {{{rest}\n  }}" if parts else None

    def by_value(self, name: str, items: list[Stale]) -> str | None:
        """The value that an attribute would have, written down; nested ones beside the old rest.

        A derivation has none of these: `//` would change what it shows, not what is built.
        """
        if len(items[0].path) == 1:
            return self.literal(items[0].expected, items[0].override)
        value = forced(self.found, self.attrs[name])
        if not self.old or any(len(item.path) != 2 for item in items) or is_derivation(self.found, value):
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
            code = self.found.evaluator.shown(value)
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


def propose(program: Program, path: Sequence[str], report: Report) -> Fix | None:
    """A fix for what is stale, evaluated; None where there is nothing to fix or no idea how.

    Where what was made of the old values has no `override`, it is made anew, with the functions of the set
    that the override took the package from: the first way of naming these that works, else the best.
    """
    if not report.stale:
        return None
    best: Fix | None = None
    tried: set[str] = set()
    for prefix in (None, *prefixes(Editor(report))):
        editor = Editor(report, prefix)
        additions = editor.additions()
        if not additions or type(editor.container) is not n.AttrSet:
            continue
        whole, code = editor.edited(additions)
        if code in tried:
            continue
        tried.add(code)
        effects = check(program, path, report, editor.source.name, whole)
        line, edits = editor.definition.place[1], [(editor.container.start, editor.container.end, code)]
        fix = Fix(code, editor.source.name, line, effects, editor.assumes_hash, edits)
        if best is None or fix.successes > best.successes:
            best = fix
        if fix.ok:
            break
    return best


def prefixes(editor: Editor) -> list[str]:
    """How the override may name the functions that packages are made of."""
    label = editor.label
    function = label.call.function if label is not None and type(label.call) is n.Call else None
    if type(function) is not n.Select:
        return []
    return set_names(function, editor.source.text, editor.index_of(editor.definition))


def check(program: Program, path: Sequence[str], report: Report, name: str, text: str) -> list[Effect]:
    """What comes of a program with another text for one source."""
    again = program.run(edits={name: text})
    if again.error is not None:
        return []
    attrs = set_at(again, path)
    effects = []
    for item in report.stale:
        answer = leaf_at(again, attrs, item.path)
        if isinstance(answer, NixError):
            effects.append(Effect(item.path, item.value, str(answer), False))
        else:
            effects.append(Effect(item.path, item.value, answer[1], answer[0] == item.expected_key))
    return effects
