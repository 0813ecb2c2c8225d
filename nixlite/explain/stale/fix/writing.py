"""How an override is written, and how it could be: the parts of its text, and edits of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.analysis.facts import Variable, WithLookup
from nixlite.explain.recording.observing import WATCHED
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.observing import Site
    from nixlite.explain.recording.places import Index
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.fix.text_edits import Edit

OLD = "old"
"""What an override calls what was before, where it has no name for it yet."""


class Candidate(NamedTuple):
    """A way to write an override so that nothing is behind: the edits of its source."""

    code: str
    edits: list[Edit]
    assumes_hash: bool
    say: str
    whole: bool


class Writing(NamedTuple):
    """The parts of an overriding call: *container* is the set literal of what it gives (None: there is none),
    *old* the name that it has for what was before ("": none), *body* what the functions around it give."""

    site: Site
    container: n.AttrSet | None
    old: str
    body: n.Expr
    functions: tuple[n.Lambda, ...]

    @property
    def text(self) -> str:
        """The source."""
        return self.site.source.text

    def source(self, node: n.Expr) -> str:
        """The text of an expression."""
        return self.text[node.start : node.end]

    @property
    def previous(self) -> str:
        """The name for what was before, chosen where there is none."""
        return self.old or OLD


def writing(site: Site) -> Writing:
    """How a call is written."""
    node: Any = site.argument
    functions: list[n.Lambda] = []
    while type(node) is n.Lambda:
        functions.append(node)
        node = node.body
    body = node
    while type(node) in (n.Let, n.With, n.Assert):
        node = node.body
    if type(node) is n.Binary and node.op == "//":
        node = node.right
    container = node if type(node) is n.AttrSet else None
    named = functions[1] if len(functions) > 1 else functions[0] if functions else None
    old = named.argument or "" if named is not None else ""
    return Writing(site, container, old, body, tuple(functions))


def prefixes(found: Examination, written: Writing) -> list[str]:
    """How the override may name the functions that packages are made of."""
    function: Any = written.site.call.function
    return set_names(function, written.text, found.places.index(written.site.source.name))


def below(function: n.Select) -> n.Select:
    """A selection as if something of its value was selected."""
    return n.Select(function.subject, (*function.path, ""), None, function.pos, function.start, function.end)


def set_names(function: n.Select, text: str, index: Index | None) -> list[str]:
    """The package sets that an overriding function names, the nearest first: `pkgs.python3Packages.` and
    `pkgs.` for `pkgs.python3Packages.x.overrideAttrs`; "" where `with` or the REPL's scope gives it."""
    if not all(isinstance(name, str) for name in function.path):
        return []
    subject = function.subject
    bare: list[str] = []
    if type(subject) is n.Var and index is not None:
        variables: dict[Any, Any] = index.analysis.variables
        node = next((v for v in variables if v.start == subject.start and v.name == subject.name), None)
        meaning = variables.get(node) if node is not None else None
        bare = [""] if type(meaning) is WithLookup or (type(meaning) is Variable and meaning.dynamic) else []
    if len(function.path) == 1:
        while type(subject) is n.Call:  # `pkgs.callPackage ./p.nix { }`, `pkgs.p.override { }`
            subject = subject.function
        if type(subject) is n.Select and subject is not function.subject:
            overriding = subject.path[-1] in WATCHED
            return set_names(subject, text, index) if overriding else set_names(below(subject), text, index)
        return bare  # the package is a variable
    names = [attribute_name(str(name)) for name in function.path[:-2]]
    sets = [text[subject.start : subject.end], *names]
    return [".".join(sets[:length]) + "." for length in range(len(sets), 0, -1)] + bare


MOST_TO_READ = 120
"""Characters of a line that people would still write; a script as one string is no such line."""


def readable_first(ways: list[Candidate]) -> list[Candidate]:
    """Ways to write something, those with lines that nobody writes last."""
    return sorted(ways, key=lambda way: max(map(len, way.code.splitlines())) > MOST_TO_READ)


def with_bindings(written: Writing, bindings: dict[str, str], *, recursive: bool) -> tuple[str, Edit]:
    """(the overriding set with other or further bindings, as it is to be written; the edit of its source).

    *recursive*: one of them reads another. Where a name is needed for what was before and there is none,
    the set becomes a function.
    """
    container = written.container
    assert container is not None
    text = written.text
    end = container.end
    while text[end - 1] != "}":
        end -= 1
    start = text.index("{", container.start)
    head = "rec " if recursive or container.recursive else ""
    nested = [
        b.value for b in container.bindings.values() if b.value is not None and is_nested(text, b.value)
    ]
    if nested:
        return rebuilt(written, container, bindings, head)
    there = {name: binding for name, binding in container.bindings.items() if name in bindings}
    edits: list[Edit] = []
    for name, binding in there.items():
        if binding.kind == n.PLAIN and binding.value is not None:
            edits.append((binding.value.start, binding.value.end, bindings[name]))
        else:
            return "", (container.start, container.start, "")  # an `inherit`, written in ways of its own
    inner = replace(text, edits, start + 1, end - 1).rstrip()
    if "\n" not in inner:
        inner = one_a_line(written, container, bindings) or (f"\n  {inner.strip()}" if inner.strip() else "")
    else:
        inner = dedented(inner)
    added = "".join(
        f"\n  {attribute_name(name)} = {code};" for name, code in bindings.items() if name not in there
    )
    code = f"{head}{{{inner}{added}\n}}"
    if not written.functions and any(f"{OLD}." in part or f"{OLD}:" in part for part in bindings.values()):
        code = f"({OLD}: {code})"
    return code, (container.start, end, code)


def rebuilt(written: Writing, container: n.AttrSet, bindings: dict[str, str], head: str) -> tuple[str, Edit]:
    """As `with_bindings`, of a set with `a.b = …;` in it: each binding is written anew."""
    parts = dict(bindings)
    for name, binding in container.bindings.items():
        if name not in parts:
            if binding.value is None or binding.kind != n.PLAIN:
                return "", (container.start, container.start, "")
            parts[name] = code_of(written.text, binding.value)
    order = [*container.bindings, *(name for name in bindings if name not in container.bindings)]
    inner = "".join(f"\n  {attribute_name(name)} = {parts[name]};" for name in order)
    code = f"{head}{{{inner}\n}}"
    if not written.functions and any(f"{OLD}." in part for part in bindings.values()):
        code = f"({OLD}: {code})"
    return code, (container.start, container.end, code)


def is_nested(text: str, node: n.Expr) -> bool:
    """Whether a set is one that `a.b = …;` stands for."""
    return type(node) is n.AttrSet and text[node.start] != "{" and not text.startswith("rec", node.start)


def code_of(text: str, node: n.Expr) -> str:
    """The text of a binding's value; of `a.b = …;` the set that it stands for."""
    if not is_nested(text, node):
        return text[node.start : node.end]
    assert type(node) is n.AttrSet
    parts = [
        f"{attribute_name(name)} = {code_of(text, binding.value)};"
        for name, binding in node.bindings.items()
        if binding.value is not None
    ]
    return f"{{ {' '.join(parts)} }}"


def one_a_line(written: Writing, container: n.AttrSet, bindings: dict[str, str]) -> str:
    """The bindings of a set that was written on one line, each on a line of its own; "" where one is not
    simply `name = value;`."""
    lines = []
    for name, binding in container.bindings.items():
        if binding.kind != n.PLAIN or binding.value is None or container.dynamic:
            return ""
        before = written.text[container.start : binding.value.start].rstrip()
        if not before.endswith("=") or not before[:-1].rstrip().endswith(attribute_name(name)):
            return ""
        lines.append(f"\n  {attribute_name(name)} = {bindings.get(name, written.source(binding.value))};")
    return "".join(lines)


def dedented(inner: str) -> str:
    """Lines of bindings, put two spaces from the left."""
    lines = inner.split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return "\n".join([lines[0], *(f"  {line[margin:]}" if line.strip() else "" for line in lines[1:])])


def parenthesised(code: str) -> str:
    """An expression as an argument."""
    simple = code.startswith(("(", "{", "rec {", "[", '"')) and code[-1] in ')}]"'
    return code if simple and not code.startswith("rec") else f"({code})" if " " in code else code
