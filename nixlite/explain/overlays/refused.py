"""An error inside of a package: which input it comes from, what the check that refuses it has read, and names
in the person's own files that are read by nothing while the check asks for a name like them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import InfiniteRecursion, NixError, levenshtein
from nixlite.explain.brief import TEXTS, brief, first_line, forcing, one_line, text_of
from nixlite.explain.modules.written import attribute
from nixlite.explain.overlays.circles import STRICT, attribute_of, built_name, step_of
from nixlite.explain.overlays.stack import Finding, Question, is_same
from nixlite.explain.recording.places import FORMAL, PART, REC, SET, callee_name
from nixlite.explain.recording.recorder import settled, was_forced
from nixlite.explain.trials import Advice, Change, attempt, outcome
from nixlite.runtime.thunk import failed
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition
    from nixlite.explain.recording.recorder import Node

TRIED = 3
"""How many names like one that is asked for are tried: each takes an evaluation."""

SCALARS = (bool, int, *TEXTS)
MOST = 6
"""Facts that a check read which are said."""


class Input(NamedTuple):
    """A package that failed on the way: its definition, the list that has it, the argument it came as."""

    package: Definition
    holder: Definition | None
    argument: Definition | None


class Asking(NamedTuple):
    """Where an attribute is asked for that may be missing, and the text: `config.allowUnfree or false`."""

    place: Place
    text: str


def refused(question: Question, error: NixError) -> Finding | None:
    """The finding about an error that a package's evaluation ended in; None where it says all by itself."""
    chain = failing(question, error)
    if not chain or isinstance(error, InfiniteRecursion):
        return None
    inputs = inputs_of(question, chain)
    facts = facts_of(question, chain[-1])
    name = question.name.removesuffix(".drvPath").removesuffix(".outPath")
    verdict = []
    if inputs:
        verdict.append(f"{name} is refused because of an input: {first_line(error)}")
        verdict += [input_text(question, name, inputs, at) for at in range(len(inputs))]
    elif facts:
        verdict.append(f"{name} is refused: {first_line(error)}")
    strange = unexpected(question, error)
    if strange is not None:
        first = verdict or [f"{name} cannot be evaluated: {first_line(error)}."]
        return Finding([*first, *strange.verdict], strange.advice)
    unread, advice = misspelt(question, chain[-1], facts)
    verdict += unread
    if facts:
        verdict.append("The check that refuses it read:")
        verdict += [
            f"{question.place(entry.place)}: `{one_line(question.written(entry), 90)}`, which is {value}"
            for entry, value in facts
        ]
    if not verdict:
        return None
    advice = advice or elsewhere(question)
    own = [item.package for item in inputs if question.is_own(item.package.place)]
    own += [entry for entry, _ in facts if question.is_own(entry.place)]
    if not advice and own:
        advice = [Advice(f"change what is written for {own[-1].name}", "", own[-1].place, "")]
    told = [line.strip() for line in str(error).splitlines() if line.startswith("    ")]
    if not advice and told:
        advice = [Advice("as the message says", told[0], None, "")]
    return Finding(verdict, advice)


def unexpected(question: Question, error: NixError) -> Finding | None:
    """An argument that a function does not take: where it is given, what it takes, the nearest name tried."""
    explained = question.found.evaluator.explain(error)
    match = re.search(r"unexpected argument '(.*)'", str(error))
    if match is None or explained.position is None:
        return None
    at, given = explained.position, match[1]
    index = question.found.places.index(at.file)
    if index is None:
        return None
    functions = [node for node in walk(index.tree) if type(node) is n.Lambda and node.formals is not None]
    here = [node for node in functions if index.source.line_column(node.pos) == (at.line, at.column)]
    names = [item.name for node in here if node.formals is not None for item in node.formals.items]
    place = question.place((at.file, at.line, at.column))
    entry = own_definition(question, given)
    where = f" (given at {question.place(entry.place)})" if entry is not None else ""
    verdict = [f"The function at {place} takes no `{given}`{where}; it takes: {', '.join(names)}."]
    near = next((name for name in names if is_near(given, name)), None)
    if entry is None:
        return Finding(verdict, [])
    if near is not None:
        _, advice = renamed(question, entry, given, near, Asking(entry.place, near))
        return Finding(verdict, advice)
    say = f"take `{given}` away there; an attribute of the package is changed by overrideAttrs"
    return Finding(verdict, [Advice(say, f"overrideAttrs (old: {{ {given} = …; }})", entry.place, "")])


def own_definition(question: Question, name: str) -> Definition | None:
    """The first definition of a name in the person's own files."""
    for source in list(question.found.evaluator.sources.values()):
        index = question.found.places.index(source.name) if question.is_own((source.name, 1, 1)) else None
        for entry in index.definitions.values() if index is not None else ():
            if entry.name == name and entry.kind in (SET, REC):
                return entry
    return None


def failing(question: Question, error: NixError) -> list[Node]:
    """The nodes that the error passed, from the attribute that was asked for to where it was raised."""
    if type(question.at.cell) is not list:
        return []
    chain = [question.found.recorder.node(question.at.cell)]
    message = str(error)
    while True:
        following = next(
            (
                node
                for node in reversed(chain[-1].reads)
                if node.cell is not None
                and node.cell[0] is failed
                and str(node.cell[1]) == message
                and node not in chain
            ),
            None,
        )
        if following is None:
            return chain
        chain.append(following)


# -- which input


def inputs_of(question: Question, chain: list[Node]) -> list[Input]:
    """The packages that the error passed, each with how the one before needs it."""
    found: list[Input] = []
    above = ""
    for at, node in enumerate(chain[1:], 1):
        entry = question.found.places.of(node)
        if entry is not None and entry.name == STRICT and entry.place[0].startswith("«nix-internal»"):
            name = built_name(question, node)
            if above and name:
                found += built(question, above, name)
            above = name
            continue
        if above and entry is not None and entry.name in ("outPath", "drvPath"):
            below = package_of(question, above, node)
            found += built(question, above, below) if below else []
            above = below or above
        if entry is None or entry.kind == PART or not is_package(question, entry):
            continue
        holder = None
        for before in reversed(chain[:at]):
            holder = holder or list_of(question, before, node)
        found.append(Input(entry, holder, argument_of(question, holder, entry.name)))
    return found


def package_of(question: Question, above: str, node: Node) -> str:
    """The name of the input of a package that an `outPath` or `drvPath` is of, "" if it is of none."""
    package = settled(question.found.root.get(attribute_of(question, above), MISSING))
    lists = [settled(cell) for cell in package.values()] if type(package) is dict else []
    for item in (item for items in lists if type(items) is tuple for item in items):
        attrs = settled(item)
        cells = [attrs.get(name) for name in ("outPath", "drvPath")] if type(attrs) is dict else []
        if any(cell is not None and is_same(cell, node.cell) for cell in cells):
            name = question.look(attrs.get("name"))
            return text_of(name) if type(name) in TEXTS else ""
    return ""


def built(question: Question, above: str, name: str) -> list[Input]:
    """The input *name* of the package *above*, both of which Nix began to make."""
    top = question.found.root
    if type(top) is not dict:
        return []
    entry = question.origin(top.get(attribute_of(question, name)))
    step = step_of(question, above, attribute_of(question, above), name)
    if entry is None or step.item is None:
        return []
    return [Input(entry, step.item.holder, argument_of(question, step.item.holder, entry.name))]


def is_package(question: Question, entry: Definition) -> bool:
    """Whether a definition is that of a package in a set: it is called or overridden there, or one's own."""
    call: Any = entry.value
    if entry.kind not in (SET, REC):
        return False
    if type(call) is n.Call and callee_name(call).startswith(("callPackage", "override", "make")):
        return True
    return question.is_own(entry.place)


def list_of(question: Question, reader: Node, item: Node) -> Definition | None:
    """The definition of the list, as it was written first, that has an item."""
    best: Definition | None = None
    todo, seen = [reader], {reader}
    while todo and len(seen) < 200:
        node = todo.pop(0)
        for other in node.reads:
            if other in seen or other.cell is None or type(other.value) is not tuple:
                continue
            seen.add(other)
            todo.append(other)
            entry = question.found.places.of(other)
            if entry is not None and entry.kind != PART and any(is_same(x, item.cell) for x in other.value):
                best = entry
    return best


def argument_of(question: Question, holder: Definition | None, name: str) -> Definition | None:
    """The argument of the package's function that is called as the input."""
    index = question.found.places.index(holder.place[0]) if holder is not None else None
    for entry in index.definitions.values() if index is not None else ():
        if entry.kind == FORMAL and entry.name == name:
            return entry
    return None


def input_text(question: Question, asked: str, inputs: list[Input], at: int) -> str:
    """`torchvision has numpy in propagatedBuildInputs, torchvision.nix:27 (argument, torchvision.nix:7)`."""
    item = inputs[at]
    above = asked if not at else inputs[at - 1].package.name
    where = ""
    if item.holder is not None:
        where = f" in {item.holder.name}, {question.place(item.holder.place)}"
    if item.argument is not None:
        where += f" (its argument, {question.place(item.argument.place)})"
    name = item.package.name
    return f"{above} has {name}{where}; {name} is {question.place(item.package.place)}."


# -- what the check read


def facts_of(question: Question, node: Node) -> list[tuple[Definition, str]]:
    """The named values, with what they are, that an expression read before it raised an error: those of other
    names and places through expressions without a name."""
    found: dict[Any, tuple[Definition, str]] = {}
    todo, seen = [node], {node}
    while todo:
        at = todo.pop(0)
        for other in at.reads:
            if other in seen or other.cell is None or type(other.value) not in SCALARS:
                continue
            seen.add(other)
            entry = question.found.places.of(other)
            if entry is None or entry.kind == PART or type(other.value) in TEXTS:
                if type(other.value) is bool:
                    todo.append(other)
                continue
            found.setdefault(entry.place, (entry, question.shown(other.value)))
            if type(other.value) is bool and other.value and len(found) < MOST:
                todo.append(other)
    facts = sorted(found.values(), key=lambda fact: not question.is_own(fact[0].place))
    return facts[:MOST]


# -- misspelt names


def misspelt(
    question: Question, node: Node, facts: list[tuple[Definition, str]]
) -> tuple[list[str], list[Advice]]:
    """(what is read by nothing, the same with the name that is asked for)."""
    asked = asked_names(question, node, facts)
    nodes: dict[Place, list[Node]] = {}
    for other in question.found.recorder.forced():
        if other.place is not None:
            nodes.setdefault(other.place, []).append(other)
    others: list[tuple[Definition, str]] = []
    for source in list(question.found.evaluator.sources.values()):
        if not question.is_own((source.name, 1, 1)):
            continue
        index = question.found.places.index(source.name)
        for entry in list(index.definitions.values()) if index is not None else ():
            given = unread_name(question, entry, nodes)
            near = next((name for name in asked if given and is_near(given, name)), None)
            if near is not None:
                return renamed(question, entry, given, near, asked[near])
            others += [(entry, name) for name in names_of(entry) if any(is_near(name, x) for x in asked)]
    for entry, given in others[:TRIED]:  # something reads it, maybe all of the set
        near = next(name for name in asked if is_near(given, name))
        line, advice = renamed(question, entry, given, near, asked[near], read=True)
        if advice and advice[0].proved:
            return line, advice
    return [], []


def names_of(entry: Definition) -> list[str]:
    """The names of an attribute path: `a` and `b` of `a.b = e`."""
    if entry.kind not in (SET, REC) or entry.value is None:
        return []
    made = attribute(entry, entry.name)
    return [*made.names, *made.rest]


def unread_name(question: Question, entry: Definition, nodes: dict[Place, list[Node]]) -> str:
    """The name of an attribute path, `a` or `b` of `a.b = e`, whose value nothing has asked for; "" if all
    were read."""
    if entry.kind == PART:
        return ""
    read = nodes.get(entry.place)
    if read is None:
        return entry.name
    container: Any = entry.container
    binding = container.bindings.get(entry.name) if type(container) is n.AttrSet else None
    value: Any = entry.value
    if binding is None or type(value) is not n.AttrSet:
        return ""
    for name, item in value.bindings.items():
        cells = [node.value[name] for node in read if type(node.value) is dict and name in node.value]
        if item.pos == binding.pos and cells and all(type(c) is list and not was_forced(c) for c in cells):
            return name
    return ""


def asked_names(question: Question, node: Node, facts: list[tuple[Definition, str]]) -> dict[str, Asking]:
    """The attributes that a check asks for and takes a default for, with where it does."""
    own = question.found.places.of(node)
    entries = [entry for entry, _ in facts] + ([own] if own is not None else [])
    for other in node.reads:
        entry = question.found.places.of(other)
        if entry is not None and type(other.value) is bool:
            entries.append(entry)
    asked: dict[str, Asking] = {}
    files = {entry.place[0] for entry in entries if not question.is_own(entry.place)}
    for file in files:  # the file of the check asks for more than what was read before
        index = question.found.places.index(file)
        entries += list(index.definitions.values()) if index is not None else []
    for entry in entries:
        for at in walk(entry.value) if entry.value is not None else ():
            if (type(at) is n.Select and at.default is not None) or type(at) is n.HasAttr:
                for name in at.path:
                    if isinstance(name, str):
                        source = entry.source
                        place = (source.name, *source.line_column(at.start))
                        asked.setdefault(name, Asking(place, source.text[at.start : at.end]))
    return asked


def is_near(given: str, name: str) -> bool:
    """Whether one name may be the other, misspelt."""
    shorter = min(len(given), len(name))
    if given == name or shorter < 3:
        return False
    return given.lower() == name.lower() or levenshtein(given, name) <= (2 if shorter > 3 else 1)


def renamed(
    question: Question, entry: Definition, given: str, name: str, where: Asking, *, read: bool = False
) -> tuple[list[str], list[Advice]]:
    """A definition that nothing reads, or not the check, under the name that is asked for."""
    by = "not read by the check" if read else "read by nothing"
    line = (
        f"`{given}` at {question.place(entry.place)} is {by}; the check reads `{name}`"
        f" ({question.place(where.place)}: `{one_line(where.text)}`)."
    )
    source = entry.source
    start = source.text.find(
        attribute_name(given), source.line_starts()[entry.place[1] - 1] + entry.place[2] - 1
    )
    change = Change(source.name, start, start + len(attribute_name(given)), attribute_name(name))
    result = attempt(question.program, question.found, [change], question.path)
    if not result.ok:
        return [line], [Advice(f"write `{name}`", "", entry.place, "")]
    told = f"{question.name} is then {brief(result.value, 1, forcing(result.found))}"
    made = attribute(entry, entry.name) if entry.value is not None else None
    value = (
        f" = {one_line(made.source_of(made.value), 40)};"
        if made is not None and made.value is not None
        else ""
    )
    shown = f"{attribute_name(name)}{value}"
    return [line], [Advice(f"write `{name}`", shown, entry.place, told, [change])]


# -- where it is not refused


def elsewhere(question: Question) -> list[Advice]:
    """The same package of another scope of the same kind: `python3Packages` for `python27Packages`."""
    top = question.found.root
    if len(question.path) < 2 or type(top) is not dict:
        return []
    kind = re.sub(r"[0-9_]+", "", question.path[0])
    for name in sorted(top, reverse=True):
        if name == question.path[0] or re.sub(r"[0-9_]+", "", name) != kind or name == kind:
            continue
        path = (name, *question.path[1:])
        circle = question.found.recorder.cycle
        result = outcome(question.found, path)
        question.found.recorder.cycle = circle
        if result.ok:
            shown = ".".join(path)
            return [
                Advice(
                    f"take it from {name}, where it is not refused",
                    shown,
                    None,
                    f"it is {question.shown(result.value)}",
                )
            ]
    return []
