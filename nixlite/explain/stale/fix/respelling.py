"""An expression said elsewhere: the definition of an attribute once more, inside the set that overrides it.

Its names mean other things there, so each is spelled anew: a replaced attribute by its name, another one of
the old set as `old.name`, an argument of the package's function as `pkgs.name` where the override has that,
or as what it is, where that is `true` or the like; a variable of a `let` is taken along.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nixlite.analysis.facts import Global, Variable
from nixlite.explain.recording.places import FORMAL, LET, REC, resolves_to
from nixlite.explain.stale.fix.text_edits import Edit, replace
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import children, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Index
    from nixlite.explain.recording.program import Examination

ZEROS = {
    "hash": "sha256-" + "A" * 43 + "=",
    "sha256": "0" * 52,
    "sha512": "0" * 103,
    "outputHash": "0" * 52,
}
"""Hashes that stand for one yet to be found out."""

LITERAL = re.compile(r'\$\{"([^"\\$]+)"\}')
"""A literal in a string, where a variable was: people write it without `${}`."""

INHERIT = re.compile(r"\binherit((?:\s+[A-Za-z_][\w'-]*)+)\s*;")


class Replaced(NamedTuple):
    """An attribute that an override gives anew: its name, and where the old one is written."""

    name: str
    origin: Place | None


class Respeller:
    """Spells expressions of sources for the overriding set.

    *replaced* are the attributes that the override gives, *renewed* the names of those that it will give
    when it is mended, *kept* the names of the old set, which the override knows as *old* ("": not at all).
    *prefix* leads to the packages: `pkgs.`, "" where they are in scope, None where they are not to be had.
    *at* is where the override is written, a source's name and an offset: what is in scope there has its name.
    `reads` and `assumes_hash` tell whether the last expression reads a replaced value and whether a hash was
    made up.
    """

    def __init__(
        self,
        found: Examination,
        replaced: list[Replaced],
        renewed: set[str],
        kept: set[str],
        old: str,
        prefix: str | None,
        at: tuple[str, int],
    ) -> None:
        self.found = found
        self.replaced = replaced
        self.renewed = renewed
        self.kept = kept
        self.old = old
        self.prefix = prefix
        self.at = at
        self.taken: dict[str, Taken] = {}
        """The variables that are taken along with the last expression."""
        self.reads = False
        self.assumes_hash = False

    def respelled(self, index: Index, value: n.Expr, *, new_hash: bool = False) -> str | None:
        """The text of *value* for the overriding set; None if it reads no replaced value, or what is not to
        be had there. *new_hash*: a hash written in it is replaced by zeros."""
        self.reads = self.assumes_hash = False
        self.taken = {}
        code = self.rewritten(index, value, new_hash=new_hash)
        if code is None or not self.reads or not self.taken:
            return code if self.reads else None
        if any(name in self.taken for name in names_there(value, self)):
            return None
        lines = "".join(f"\n    {name} = {further_in(item.code)};" for name, item in self.taken.items())
        return f"let{lines}\n  in {code}"

    def rewritten(self, index: Index, value: n.Expr, *, new_hash: bool) -> str | None:
        """The text of *value*, its names spelled anew; None if one cannot be."""
        edits: list[Edit] = []
        inherited: list[n.Var] = []
        own = arguments_in(value)
        todo: list[Any] = [value]
        while todo:
            node = todo.pop()
            if type(node) is n.Var:
                text = node.name if node.name in own else self.spelled(index, node, value)
                if text is None:
                    return None
                if text != node.name:
                    edits.append((node.start, node.end, text))
            elif type(node) is n.PathLiteral:
                edits.append((node.start, node.end, node.value))
            elif type(node) is n.AttrSet:
                inherited += [
                    b.value
                    for b in node.bindings.values()
                    if b.kind == n.INHERITED and type(b.value) is n.Var
                ]
                edits += self.zeros(node) if new_hash else []
            todo += children(node)
        edited = inherits(index.source.text, edits, inherited)
        return None if edited is None else LITERAL.sub(r"\1", settle(index.source.text, edited, value))

    def zeros(self, node: n.AttrSet) -> list[Edit]:
        """Edits for the hashes of a set."""
        found = [
            (binding.value.start, binding.value.end, f'"{ZEROS[name]}"')
            for name, binding in node.bindings.items()
            if name in ZEROS and binding.kind == n.PLAIN and type(binding.value) is n.Str
        ]
        self.assumes_hash = self.assumes_hash or bool(found)
        return found

    def spelled(self, index: Index, var: n.Var, value: n.Expr) -> str | None:
        """A variable of *value* as the override says it; None if it cannot."""
        resolution = index.analysis.variables.get(var)
        if type(resolution) is Global:
            return var.name
        for entry in self.replaced:
            if self.means(index, var, entry):
                self.reads = True
                return entry.name
        if type(resolution) is not Variable or resolution.dynamic:
            return None
        binding = resolution.binding
        if binding is None and self.is_in_scope(index, resolution):
            return var.name
        if binding is None:
            return f"{self.prefix}{var.name}" if self.prefix is not None else None
        if value.start <= binding.pos < value.end:
            return var.name
        definition = index.definitions.get(index.source.line_column(binding.pos))
        if definition is None:
            return None
        return self.from_outside(index, definition, in_scope=self.is_in_scope(index, resolution))

    def is_in_scope(self, index: Index, variable: Variable) -> bool:
        """Whether a variable has its name where the override is written."""
        name, offset = self.at
        owner = variable.owner
        return owner is not None and index.source.name == name and owner.start <= offset < owner.end

    def means(self, index: Index, var: n.Var, entry: Replaced) -> bool:
        """Whether a variable is what an override replaced."""
        definition = self.found.places.definition(entry.origin)
        if definition is None:
            return False
        return resolves_to(index, var, definition) or (
            definition.kind == FORMAL and var.name == definition.name
        )

    def from_outside(self, index: Index, definition: Definition, *, in_scope: bool) -> str | None:
        """A name of the package's own scope, which may be that of the override as well."""
        name = definition.name
        if definition.kind == REC and name in self.kept:
            if name in self.renewed:
                self.reads = True
                return name
            if self.old:
                return f"{self.old}.{attribute_name(name)}"
        if not in_scope and definition.kind in (LET, REC) and type(definition.value) in LITERALS:
            return definition.text
        short = name if in_scope and name not in self.renewed else self.as_value(definition)
        if definition.kind == LET and definition.value is not None:
            return self.taken_along(index, definition, only_new=short is not None) or short
        return short

    def taken_along(self, index: Index, definition: Definition, *, only_new: bool) -> str | None:
        """A variable of a `let`, which is to be defined beside the expression; None if its own definition
        cannot be said, or (*only_new*) reads no replaced value."""
        name = definition.name
        there = self.taken.get(name)
        if there is not None:
            return name if there.place == definition.place else None
        value: Any = definition.value
        before, self.reads = self.reads, False
        self.taken[name] = Taken(definition.place, name)
        code = self.rewritten(index, value, new_hash=type(value) is n.Call)
        reads, self.reads = self.reads, before or self.reads
        if code is None or (not reads and only_new):
            del self.taken[name]
            return None
        self.taken[name] = Taken(definition.place, code)
        return name

    def as_value(self, definition: Definition) -> str | None:
        """What a variable is, where that is a word or a number."""
        value = self.found.recorder.only_value(definition.place)
        if value is None or type(value) is bool:
            return {True: "true", False: "false", None: "null"}[value]
        return str(value) if type(value) is int and value >= 0 else None


LITERALS = (n.Str, n.Int, n.Float)


class Taken(NamedTuple):
    """A variable that is defined beside an expression: where it was, and its definition there."""

    place: Place
    code: str


def names_there(value: n.Expr, respeller: Respeller) -> set[str]:
    """What names mean where *value* is said: those that the override knows, which no `let` may hide."""
    others = {entry.name for entry in respeller.replaced} | respeller.renewed | {respeller.old}
    return others | {(respeller.prefix or "").partition(".")[0]} | arguments_in(value)


def further_in(code: str, columns: int = 2) -> str:
    """Code whose further lines are written that many columns further in."""
    return code.replace("\n", "\n" + " " * columns)


class Again:
    """What writes definitions once more for an override, with a *respeller*; `needs_rec` tells whether one
    reads another, `assumes_hash` whether a hash was made up."""

    found: Examination
    respeller: Respeller
    needs_rec: bool
    assumes_hash: bool

    def index_of(self, entry: Definition) -> Index:
        """The index of the source that a definition is in."""
        index = self.found.places.index(entry.place[0])
        assert index is not None
        return index

    def definition_again(self, name: str, entry: Definition | None) -> str | None:
        """The definition of an attribute once more, with its names as the override knows them."""
        if entry is None or entry.value is None or entry.name != name:
            return None
        code = self.respeller.respelled(
            self.index_of(entry), entry.value, new_hash=type(entry.value) is n.Call
        )
        if code is not None:
            self.needs_rec = True
            self.assumes_hash = self.assumes_hash or self.respeller.assumes_hash
        return code

    def arguments_again(self, entry: Definition) -> tuple[list[str], bool]:
        """(the arguments of a call of a function that were made of the old value, and its hashes; whether
        there are any but hashes)."""
        call: Any = entry.value
        if type(call) is not n.Call or type(call.arguments[0]) is not n.AttrSet:
            return [], False
        index = self.index_of(entry)
        parts: list[str] = []
        follow = False
        for argument, binding in call.arguments[0].bindings.items():
            code = self.respeller.respelled(index, binding.value) if binding.value is not None else None
            if code is not None:
                follow = self.needs_rec = True
                parts.append(f"inherit {argument};" if code == argument else f"{argument} = {code};")
            elif argument in ZEROS:
                parts.append(f'{argument} = "{ZEROS[argument]}";')
                self.assumes_hash = True
        return parts, follow


def arguments_in(value: n.Expr) -> set[str]:
    """The names of the arguments of the functions that are written in an expression."""
    names: set[str] = set()
    for node in walk(value):
        if type(node) is n.Lambda:
            formals = node.formals.items if node.formals is not None else ()
            names.update(formal.name for formal in formals)
            if node.argument is not None:
                names.add(node.argument)
    return names


def inherits(text: str, edits: list[Edit], inherited: list[n.Var]) -> list[Edit] | None:
    """The edits with those of inherited names made bindings: `inherit a;` cannot be `inherit old.a;`.
    None where an `inherit` is written in a way that is not understood."""
    changed = {edit[0]: edit for edit in edits}
    wanted = {var.start for var in inherited if var.start in changed}
    if not wanted:
        return edits
    done: set[int] = set()
    result = [edit for edit in edits if edit[0] not in wanted]
    for match in INHERIT.finditer(text):
        names = [
            (match.start(1) + name.start(), name.group()) for name in re.finditer(r"\S+", match.group(1))
        ]
        mine = [(start, name) for start, name in names if start in wanted]
        if mine:
            done.update(start for start, _ in mine)
            kept = [name for start, name in names if start not in wanted]
            parts = [f"{name} = {changed[start][2]};" for start, name in mine]
            parts += [f"inherit {' '.join(kept)};"] if kept else []
            result.append((match.start(), match.end(), " ".join(parts)))
    return result if done == wanted else None


def settle(text: str, edits: list[Edit], value: n.Expr) -> str:
    """The edited text of an expression, its further lines moved to the left as far as they go."""
    edited = replace(text, edits, value.start, value.end)
    first, *others = edited.split("\n")
    if not others or holds_lines(text, value):
        return edited
    margin = min((len(line) - len(line.lstrip()) for line in others if line.strip()), default=0)
    return "\n".join([first, *(f"  {line[margin:]}" if line.strip() else "" for line in others)])


def holds_lines(text: str, value: n.Expr) -> bool:
    """Whether a string in quotation marks goes over several lines: moving these would change it."""
    todo: list[Any] = [value]
    while todo:
        node = todo.pop()
        kind = type(node)
        if (
            kind in (n.Str, n.Interpolation)
            and text[node.start] == '"'
            and "\n" in text[node.start : node.end]
        ):
            return True
        todo += [part for part in children(node) if kind is not n.Interpolation or type(part) is not n.Str]
    return False
