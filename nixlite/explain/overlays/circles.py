"""An infinite recursion in a set of packages: who needs whom, and what ends it.

Three kinds are told apart by the circle that was recorded: packages that are each other's inputs; an
attribute that is defined by itself in the finished set; an overlay that needs the finished set to know its
own names.
Every change that is proposed was evaluated; obvious ones that do not help are named as such.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.facts import Variable
from nixlite.errors import NixError
from nixlite.explain.brief import brief, forcing, one_line, text_of
from nixlite.explain.overlays.names import names_depend
from nixlite.explain.overlays.nesting import Need, nested
from nixlite.explain.overlays.stack import Finding, Question, arguments_around, overlay_arguments
from nixlite.explain.overlays.taken import Item, items_of, package_name
from nixlite.explain.recording.places import PART, resolves_to
from nixlite.explain.recording.program import Found
from nixlite.explain.recording.recorder import is_infinite_recursion, settled
from nixlite.explain.trials import Advice, Change, attempt
from nixlite.runtime.values import MISSING, ContextString
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.recorder import Node
    from nixlite.explain.trials import Outcome

ROUNDS = 6
"""How many inputs are made anew before a set without overlays is tried: each takes an evaluation."""

READS = 20000
"""How many reads of a package are looked through for the one that names an input."""

STRICT = "strict"
"""The variable of Nix's own `derivation` that holds what is built."""


def circle(question: Question, error: NixError) -> Finding | None:
    """The finding about a recursion, None if nothing of it was written by a person."""
    packages = packages_on(question)
    if packages:
        return among_packages(question, packages)
    if question.found.error is not None:
        finding = names_depend(question, question.found.evaluator.explain(error))
        if finding is not None:
            return finding
    own = [
        entry
        for node in question.found.recorder.cycle
        if (entry := question.found.places.of(node)) is not None
        and entry.kind != PART
        and question.is_own(entry.place)
    ]
    return by_definition(question, own) if own else None


# -- packages that need each other


class Step(NamedTuple):
    """A package on the circle: its name, its attribute in the set, which of its attributes has the next, the
    item of that, the definition that names it, and where that is, in words."""

    name: str
    attribute: str
    by: str
    item: Item | None
    entry: Definition | None
    where: str


def packages_on(question: Question) -> list[str]:
    """The names of the packages on the circle, in the order of needing."""
    names = [name for name, _ in strict_nodes(question)]
    return names if all(names) else []


def strict_nodes(question: Question) -> list[tuple[str, Node]]:
    """(name, node) of each package on the circle that Nix had begun to make."""
    found = []
    for node in question.found.recorder.cycle:
        entry = question.found.places.of(node)
        if entry is not None and entry.name == STRICT and entry.place[0].startswith("«nix-internal»"):
            found.append((built_name(question, node), node))
    return found


def built_name(question: Question, node: Node) -> str:
    """The name of what a `derivationStrict` builds: it reads the attribute `name` first of all."""
    for other in node.reads:
        entry = question.found.places.of(other)
        if type(other.value) in (str, ContextString) and (entry is None or entry.name in ("name", "")):
            return text_of(other.value)
    return ""


def attribute_of(question: Question, name: str) -> str:
    """The attribute that a package is, of the nearest set around that has one called as the package."""
    return whereabouts(question, name)[1]


def whereabouts(question: Question, name: str) -> tuple[dict[str, Any], str]:
    """(the set that a package is in, its attribute there): of the sets on the way to what was asked about
    the nearest one."""
    for attrs in sets_around(question):
        found = [
            key
            for key, cell in attrs.items()
            if type(value := settled(cell)) is dict and text_of(settled(value.get("name", ""))) == name
        ]
        own = [
            key
            for key in found
            if (entry := question.origin(attrs[key])) is not None and question.is_own(entry.place)
        ]
        if own or found:
            plain = name.rpartition("-")[0]
            return attrs, min(own or found, key=lambda key: (key != plain, key))
    return question.found.root, name.rpartition("-")[0]


def sets_around(question: Question) -> list[dict[str, Any]]:
    """The sets on the way to what was asked about, the nearest first; all of it else."""
    try:
        found = [attrs for _, attrs in question.scopes() if "drvPath" not in attrs]  # packages are no scopes
        return found or [question.found.root]
    except NixError:  # one of them cannot be evaluated
        return [question.found.root]


def among_packages(question: Question, packages: list[str]) -> Finding | None:
    """Packages that are each other's inputs."""
    if type(question.found.root) is not dict:
        return None
    names = [attribute_of(question, name) for name in packages]
    steps = [
        step_of(question, name, attribute, packages[(at + 1) % len(packages)])
        for at, (name, attribute) in enumerate(zip(packages, names, strict=True))
    ]
    changed = [at for at, name in enumerate(packages) if is_changed(question, name)]
    changed += [
        at for at, step in enumerate(steps) if step.entry is not None and question.is_own(step.entry.place)
    ]
    first = changed[0] if changed else 0
    names, steps = names[first:] + names[:first], steps[first:] + steps[:first]
    chain = " → ".join([*names, names[0]])
    verdict = [f"Infinite recursion: {chain}; each of these packages needs the next to be built."]
    for at, step in enumerate(steps):
        verdict.append(f"{step.attribute} needs {names[(at + 1) % len(names)]}: {step.where}")
    more, advice = break_circle(question, steps[0], names) if changed else ([], [])
    return Finding([*verdict, *more], advice)


def is_changed(question: Question, name: str) -> bool:
    """Whether one of the person's own overlays made a package what it is."""
    attrs, attribute = whereabouts(question, name)
    entry = question.origin(attrs[attribute]) if attribute in attrs else None
    return entry is not None and question.is_own(entry.place)


def step_of(question: Question, name: str, attribute: str, following: str) -> Step:
    """How a package needs the following one: the first of its inputs that is of that name."""
    package = settled(whereabouts(question, name)[0].get(attribute, MISSING))
    for key in sorted(package) if type(package) is dict else ():
        value = settled(package[key])
        if type(value) is not tuple:
            continue
        inner = Question(
            question.program, question.found, (attribute, key), Found(package, key, package[key])
        )
        for item in items_of(inner):
            if package_name(question, item.cell) == following:
                first = question.found.places.of(item.chain[0]) if item.chain else None
                entry = first if first is not None and first.kind == PART else item.holder
                entry = entry if entry is None or question.is_own(entry.place) else first
                return Step(name, attribute, key, item, entry, written_at(question, key, item, following))
    entry = naming(question, name, attribute_of(question, following))
    if entry is None:
        return Step(name, attribute, "", None, None, "in what it is built with")
    where = f"{question.place(entry.place)} (`{question.written(entry)}`)"
    return Step(name, attribute, "", None, entry, where)


def naming(question: Question, name: str, following: str) -> Definition | None:
    """The definition that names the input *following*, among what a package's making has read: one's own, or
    the first that is an attribute of inputs or flags."""
    start = next((node for other, node in strict_nodes(question) if other == name), None)
    todo, seen = [start] if start is not None else [], {start}
    best: Definition | None = None
    while todo and len(seen) < READS:
        node = todo.pop(0)
        for other in node.reads:
            entry = question.found.places.of(other) if other not in seen else None
            if other in seen or (entry is not None and entry.name == STRICT):
                continue
            seen.add(other)
            todo.append(other)
            if entry is None or following not in entry.text or not any(selecting(entry, following)):
                continue
            if (entry.name == following and entry.kind != PART) or has_function(entry):
                continue  # the input's own definition names what it was before
            if question.is_own(entry.place):
                return entry
            if best is None and (entry.kind == PART or entry.name.endswith(("nputs", "lags"))):
                best = entry
    return best


def has_function(entry: Definition) -> bool:
    """Whether a definition has functions in it, such as overlays: what they name they may never read."""
    return entry.value is not None and any(type(node) is n.Lambda for node in walk(entry.value))


def written_at(question: Question, key: str, item: Item, name: str) -> str:
    """`nativeBuildInputs at zlib.nix:4 (final.git)`; the definition of the package *name* is not meant."""
    attrs, attribute = whereabouts(question, name)
    package = question.origin(attrs.get(attribute))
    for node in item.chain[:1]:
        entry = question.found.places.of(node)
        is_package = entry is not None and package is not None and entry.place == package.place
        if entry is not None and not is_package and (entry.kind == PART or question.is_own(entry.place)):
            return f"{key} at {question.place(entry.place)} (`{one_line(entry.text or entry.name, 60)}`)"
    holder = item.holder
    return (
        f"{key} at {question.place(holder.place)} (`{question.written(holder)}`)"
        if holder is not None
        else key
    )


def break_circle(question: Question, step: Step, names: list[str]) -> tuple[list[str], list[Advice]]:
    """(what does not help, what does): the input of the changed package made without the change."""
    holder = step.entry
    if holder is None:
        return [], []
    arguments = overlay_arguments(holder)
    following = names[1 % len(names)]
    expression = next(iter(selecting(holder, following)), None)
    if arguments is None or expression is None or not question.is_own(holder.place):
        return [], []
    source, previous = holder.source, arguments[1]

    def tried(text: str) -> Outcome:
        return attempt(
            question.program,
            question.found,
            [Change(source.name, expression.start, expression.end, text)],
            question.path,
        )

    need = Need(following, {})
    result = tried(nested(need, previous))
    more: list[str] = []
    if not result.ok:
        more.append(
            f"{previous}.{following} does not help (evaluated): its own inputs are those of the finished set."
        )
    for _ in range(ROUNDS):
        if result.ok:
            break
        inner = Question(question.program, result.found, question.path, question.at)
        top = result.found.root
        around = [attribute_of(inner, name) for name in packages_on(inner)] if type(top) is dict else []
        if names[0] not in around or not need.add(turned(around, names[0])):
            break
        result = tried(nested(need, previous))
    text = nested(need, previous)
    say = f"use a {following} that is made with {previous}.{names[0]}, all the way around the circle"
    if not need.needs:
        say = f"take {following} from the set before"
    if not result.ok:
        text = f"(import {previous}.path {{ config = {{ }}; overlays = [ ]; }}).{attribute_name(following)}"
        say = f"use the {following} of a set without overlays"
        result = tried(text)
    if not result.ok:
        return more, [
            Advice(f"use a {following} that needs no {names[0]}, or one that is not built", "", None, "")
        ]
    told = f"{question.name} is then {brief(result.value, 1, forcing(result.found))}"
    place = (source.name, *source.line_column(expression.start))
    changes = [Change(source.name, expression.start, expression.end, text)]
    return more, [Advice(say, text, place, told, changes)]


def turned(names: list[str], first: str) -> list[str]:
    """A circle from *first* on: what comes after it, and *first* at the end."""
    at = names.index(first)
    return [*names[at + 1 :], *names[: at + 1]]


def selecting(entry: Definition, name: str) -> Iterator[n.Expr]:
    """The expressions of a definition that mean a package: `final.git`, `git`."""
    inside: set[int] = set()
    for node in walk(entry.value) if entry.value is not None else ():
        if type(node) is n.Select and node.path[0] == name and type(node.subject) is n.Var:
            inside.add(id(node.subject))
            yield node
        elif type(node) is n.Var and node.name == name and id(node) not in inside:
            yield node


# -- an attribute that is defined by itself


def by_definition(question: Question, own: list[Definition]) -> Finding:
    """Definitions of the person's own that need each other's values, or their own."""
    names = [name for name, _ in groupby(map(qualified, own))]
    verdict = [
        f"Infinite recursion: {' → '.join([*names, names[0]])}; to have the value one needs the value."
    ]
    verdict += [f"{question.place(entry.place)}: `{question.written(entry)}`" for entry in own]
    for entry in own:
        arguments = overlay_arguments(entry)
        if arguments is None or entry.value is None or qualified(entry) != entry.name:
            continue
        for change, why in candidates(question, entry, *arguments[:2]):
            result = attempt(question.program, question.found, [change], question.path)
            say, told = f"write `{change.text}`", ""
            if result.ok:
                told = f"{question.name} is then {brief(result.value, 1, forcing(result.found))}"
            elif is_infinite_recursion(result.value):
                continue
            else:
                say += f"; the recursion is gone then, and what comes is: {one_line(str(result.value), 80)}"
            code = entry.source.text[entry.value.start : change.start] + change.text
            code += entry.source.text[change.end : entry.value.end]
            shown = f"{entry.name} = {' '.join(code.split())};"
            advice = Advice(say, shown, entry.place, told, [change])
            return Finding([*verdict, why], [advice])
    return Finding(verdict, [])


def qualified(entry: Definition) -> str:
    """`bar.version`: what is written inside of an attribute of an overlay, or of another set in the same
    function, with that attribute's name."""
    arguments = overlay_arguments(entry)
    inner: Any = entry.container or entry.value
    at = entry.parents
    outer = ""
    while at is not None and not (type(at.node) is n.Lambda and arguments is None):
        if arguments is not None and at.node is arguments[2]:
            break
        if type(at.node) is n.AttrSet and at.node is not inner:
            outer = next((key for key, item in at.node.bindings.items() if item.value is inner), outer)
        inner, at = at.node, at.up
    return f"{outer}.{entry.name}" if outer else entry.name


def candidates(
    question: Question, entry: Definition, final: str, previous: str
) -> Iterator[tuple[Change, str]]:
    """(a change that may end it, why what is written means the value itself)."""
    source = entry.source
    assert entry.value is not None
    own = f"{previous}.{attribute_name(entry.name)}"
    inside: set[int] = set()
    for node in walk(entry.value):
        if type(node) is n.Select and type(node.subject) is n.Var:
            inside.add(id(node.subject))
            path = node.path
            text = source.text[node.start : node.end]
            rest = "".join(f".{attribute_name(str(name))}" for name in path[1:])
            if node.subject.name == entry.name and means(question, entry, node.subject):
                yield (
                    Change(source.name, node.subject.start, node.subject.end, own),
                    f"`{entry.name}` is what is being defined here, not the one before.",
                )
            elif node.subject.name == final and path[0] == entry.name:
                yield (
                    Change(source.name, node.start, node.end, own + rest),
                    (f"`{text}` is what is being defined here: the {entry.name} of the finished set."),
                )
            elif entry.name in path[1:] and node.subject.name in arguments_around(entry):
                at = path.index(entry.name)
                rest = "".join(f".{attribute_name(str(name))}" for name in path[at + 1 :])
                yield (
                    Change(source.name, node.start, node.end, own + rest),
                    alias_text(question, node, text, at),
                )
        elif type(node) is n.Var and id(node) not in inside and means(question, entry, node):
            yield (
                Change(source.name, node.start, node.end, own),
                (f"`{node.name}` is what is being defined here, not the one before."),
            )
        elif type(node) is n.AttrSet and not node.bindings and not node.dynamic:
            text = f"{{ inherit ({previous}) {attribute_name(entry.name)}; }}"
            yield (
                Change(source.name, node.start, node.end, text),
                f"The function that is called takes a {entry.name}: it gets what is being defined here.",
            )
    for node in walk(entry.value):
        if type(node) is n.Var and node.name == final:
            yield (
                Change(source.name, node.start, node.end, previous),
                (f"`{final}` is the finished set, whose {entry.name} is being defined here."),
            )


def means(question: Question, entry: Definition, var: n.Var) -> bool:
    """Whether a variable may be the attribute that is defined: of a `with`, or of the `rec` set itself."""
    if var.name != entry.name:
        return False
    index = question.found.places.index(entry.place[0])
    meaning = index.analysis.variables.get(var) if index is not None else None
    return type(meaning) is not Variable or (index is not None and resolves_to(index, var, entry))


def alias_text(question: Question, node: n.Select, text: str, at: int) -> str:
    """Why `prev.pkgs.lib` is not what was there before."""
    subject: Any = node.subject
    way = ".".join([subject.name, *[str(name) for name in node.path[:at]]])
    top = question.found.root
    name = node.path[at - 1]
    cell = top.get(name) if type(top) is dict and isinstance(name, str) else None
    entry = question.origin(cell) if cell is not None else None
    where = f" ({question.place(entry.place)}: `{question.written(entry)}`)" if entry is not None else ""
    if cell is not None and settled(cell) is top:
        return f"`{way}` is the finished set{where}, so `{text}` is what is being defined here."
    return f"`{way}`{where} is made of the finished set, so `{text}` needs what is being defined here."
