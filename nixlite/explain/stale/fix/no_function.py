"""Ways out where what is overridden has no `override` (or `overrideAttrs`, …): it was lost on the way.

* An `override` that gives the function's plain result (the first `makeOverridable` of Nix pill 14) can be
  used once: it is made to call itself again, or both overrides are written as one.
* An `overrideAttrs` that makes the package anew loses the `override` that was put over it: it comes last.
* A function around a package (`getBin`, `symlinkJoin`, `runCommand`) gives another one: what is inside of it
  is overridden.
* A function that was called by hand, not by `callPackage`, takes the argument at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.recording.observing import ARGUMENTS, WATCHED, Trial
from nixlite.explain.stale.fix.case import Repair
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.fix.writing import writing
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.places import Definition, Parent
    from nixlite.explain.stale.fix.case import Case
    from nixlite.explain.stale.fix.text_edits import Edit
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.record import Record, Runs

    Check = Callable[[Record], list[Effect]]

STEPS = 3
"""From a name to the function that it is bound to."""

TRIED = 4
"""Parts of an expression that are tried: each takes an evaluation."""


class Once(NamedTuple):
    """A function that gives what can be overridden once: its name ("" for a whole file) and place, the names
    of its arguments, where its overriding function is written, and that one's calls of an argument."""

    name: str
    place: Place
    arguments: list[str]
    definition: Definition
    calls: list[n.Call]


class Lost(NamedTuple):
    """How a package came to have no such function: *earlier* is the override that gave it, *function* where
    that one's function is written, *maker* what is around it if it can be used once, *given* where the
    function was given to what was there before. *callee*: without an earlier override, the text of what made
    it."""

    earlier: Layer | None
    function: Place | None
    maker: Once | None
    given: Place | None
    callee: str


def ways(case: Case, name: str, lost: Lost) -> Iterator[Repair]:
    """Repairs for a missing *name*."""
    check = evaluates(case, name)
    earlier = lost.earlier
    if earlier is not None and earlier.what == name:
        yield from in_one(case, name, earlier, check)
        if lost.maker is not None:
            repair = again(lost.maker)
            yield repair._replace(check=check)
    elif earlier is not None:
        yield from before(case, earlier, check)
    else:
        yield from given_at_once(case, name, check)
        yield from inside(case, name, check)


def evaluates(case: Case, name: str) -> Check:
    """The check of an edit that is to make a program evaluate, to more than without the override."""
    number = case.layer.number

    def check(record: Record) -> list[Effect]:
        if isinstance(record.drv, str) and number >= 0:
            without = case.runs.trial(Trial(without=frozenset({number})))
            if without.drv == record.drv:
                return []
        fine = isinstance(record.drv, str) or (record.drv is None and record.error is None)
        return [Effect((name,), case.runs.first.error, record.drv or record.value, True)] if fine else []

    return check


# -- an override that can be used once


def in_one(case: Case, name: str, earlier: Layer, check: Check) -> Iterator[Repair]:
    """`x.override { a = 1; b = 2; }` for `(x.override { a = 1; }).override { b = 2; }`."""
    if earlier.observation is None:
        return
    first, second = writing(earlier.observation.site), case.written
    one, two = first.container, second.container
    if one is None or two is None or first.functions or second.functions:
        return
    subject: Any = second.site.subject
    if first.site.call.start != subject.start and first.site.call.end != subject.end:
        return  # another name stands there, which others may use
    if first.site.source.name != second.site.source.name or set(one.bindings) & set(two.bindings):
        return
    inner = [second.text[part.start : part.end].strip()[1:-1].strip() for part in (one, two)]
    code = f"{first.source(first.site.subject)}.{name} {{ {' '.join(inner)} }}"
    edits = [(second.site.call.start, second.site.argument.end, code)]
    yield Repair(second.site.source, code, edits, check, f"one `{name}` gives both")


def once(runs: Runs, function: Place | None) -> Once | None:
    """The function around an overriding function that calls one of its arguments and gives the plain result;
    None where it is written another way."""
    places = runs.first.found.places
    entry = places.definition(function)
    if entry is None or type(entry.value) is not n.Lambda:
        return None
    lambdas, at = enclosing(entry.parents)
    arguments = [item.argument for item in lambdas if item.argument and item.formals is None]
    calls = [
        node
        for node in walk(entry.value.body)
        if type(node) is n.Call and type(node.function) is n.Var and node.function.name in arguments
        and arguments.index(node.function.name) + len(node.arguments) == len(lambdas) - 1
    ]  # fmt: skip
    if not calls or len(arguments) != len(lambdas):
        return None
    outer = binding_of(at, lambdas[0])
    name = outer[0] if outer is not None else ""
    start = outer[1] if outer is not None else lambdas[0].start
    place = (entry.source.name, *entry.source.line_column(start))
    return Once(name, place, arguments, entry, calls)


def enclosing(parents: Parent | None) -> tuple[list[n.Lambda], Parent | None]:
    """(the nearest chain of functions around something, outermost first; what is around that)."""
    while parents is not None and type(parents.node) is not n.Lambda:
        parents = parents.up
    found: list[n.Lambda] = []
    while parents is not None and type(parents.node) is n.Lambda:
        found.insert(0, parents.node)
        parents = parents.up
    return found, parents


def binding_of(parents: Parent | None, value: n.Expr) -> tuple[str, int] | None:
    """(the name that a value is bound to, its offset)."""
    attrs: Any = parents.node if parents is not None else None
    for name, binding in attrs.bindings.items() if type(attrs) is n.AttrSet else ():
        if binding.value is value:
            return name, binding.pos
    return None


def again(item: Once) -> Repair:
    """`makeOverridable f (origArgs // newArgs)` for `f (origArgs // newArgs)`."""
    source, lambda_ = item.definition.source, item.definition.value
    assert lambda_ is not None
    name = item.name or "makeOverridable"
    edits: list[Edit] = []
    for call in item.calls:
        function: Any = call.function
        before = item.arguments[: item.arguments.index(function.name) + 1]
        edits.append((function.start, function.end, " ".join([name, *before])))
    code = f"{item.definition.name} = {replace(source.text, edits, lambda_.start, lambda_.end)};"
    given = item.definition.name
    say = f"what `{given}` gives is then made by `{name}` again, and has an `{given}` of its own"
    attrs, start = outside(item)
    if attrs is not None:
        edits.insert(0, (attrs.start, attrs.start, "rec "))
        say += f"; the set around `{name}` has to be `rec` for that"
    elif not item.name:
        edits = [(start, start, f"let {name} = "), *edits]
        edits.append((len(source.text.rstrip()), len(source.text.rstrip()), f"; in {name}"))
        say += f"; for that the file has to give it a name: `let {name} = …; in {name}`"
    return Repair(source, code, edits, lambda record: [], say)


def outside(item: Once) -> tuple[n.AttrSet | None, int]:
    """(the plain set that a function is bound in, which does not see itself; where the function begins)."""
    lambdas, parents = enclosing(item.definition.parents)
    attrs: Any = parents.node if parents is not None else None
    above: Any = parents.up.node if parents is not None and parents.up is not None else None
    is_let = type(above) is n.Let and above.attrs is attrs
    plain = type(attrs) is n.AttrSet and not attrs.recursive and not is_let
    return attrs if plain else None, lambdas[0].start


# -- an override that another one lost


def before(case: Case, earlier: Layer, check: Check) -> Iterator[Repair]:
    """`(x.override a).overrideAttrs f` for `(x.overrideAttrs f).override a`."""
    if earlier.observation is None:
        return
    first, second = earlier.observation.site, case.written.site
    if first.source.name != second.source.name:
        return
    subject, argument = second.subject, second.text(second.argument)
    inner = (
        f"({first.text(first.subject)}.{second.name} {argument}).{first.name} {first.text(first.argument)}"
    )
    say = f"`{first.name}` comes last: what it makes has no `{second.name}`"
    if first.call.start >= subject.start and first.call.end <= subject.end:
        yield Repair(second.source, inner, [(second.call.start, second.argument.end, inner)], check, say)


# -- a package inside of what another function made


def inside(case: Case, name: str, check: Check) -> Iterator[Repair]:
    """`getBin (x.override a)` for `(getBin x).override a`."""
    site = case.written.site
    subject: Any = site.subject
    if type(subject) is not n.Call:
        return
    argument = site.text(site.argument)
    whole = (subject.start, subject.end)
    parts = [part for item in subject.arguments for part in selections(item)]
    for part in parts[:TRIED]:
        new = f"({site.text(part)}.{name} {argument})"
        code = replace(site.source.text, [(part.start, part.end, new)], *whole)
        say = f"`{name}` belongs to `{site.text(part)}`, not to what `{site.text(subject.function)}` gives"
        edits = [(site.call.start, site.argument.end, code)]
        yield Repair(site.source, code, edits, check, say)


def selections(node: Any) -> list[Any]:
    """The variables and selections in an expression that may be packages."""
    found: list[Any] = []
    inner: set[int] = set()
    for item in walk(node):
        if type(item) is n.Call:
            inner.add(id(item.function))
        if type(item) is n.Select and id(item) not in inner:
            inner.add(id(item.subject))
            found.append(item)
        elif type(item) is n.Select:
            inner.add(id(item.subject))
        elif type(item) is n.Var and id(item) not in inner and item.name not in ("true", "false", "null"):
            found.append(item)
    return [item for item in found if id(item) not in inner]


# -- a function that was called by hand


def given_at_once(case: Case, name: str, check: Check) -> Iterator[Repair]:
    """`import ./p.nix (args // { a = 1; })` for `(import ./p.nix args).override { a = 1; }`."""
    written = case.written
    subject: Any = written.site.subject
    if name not in ARGUMENTS or type(subject) is not n.Call or written.functions or written.container is None:
        return
    if not set(written.container.bindings) <= takes(case, subject):
        return
    last = subject.arguments[-1]
    if (
        type(last) is n.AttrSet
        and written.source(last).startswith("{")
        and not last.recursive
        and not last.dynamic
        and not last.inherit_from
    ):
        given = {key for key, item in written.container.bindings.items() if item.value is not None}
        if given & set(last.bindings):
            new = f"({written.source(last)} // {written.source(written.site.argument)})"
        else:
            parts = [written.source(part).strip()[1:-1].strip() for part in (last, written.container)]
            new = f"{{ {' '.join(part for part in parts if part)} }}"
    else:
        new = f"({written.source(last)} // {written.source(written.site.argument)})"
    code = replace(written.text, [(last.start, last.end, new)], subject.start, subject.end)
    edits = [(written.site.call.start, written.site.argument.end, code)]
    say = "the function is called here, so that it can be given the argument at once"
    yield Repair(written.site.source, code, edits, check, say)


def takes(case: Case, call: n.Call) -> set[str]:
    """The names that the function of a call takes, as far as its source tells: of `import ./p.nix { }`, of a
    name that is bound to that or to a function."""
    found = case.runs.first.found
    source = case.written.site.source
    index = found.places.index(source.name)
    at: Any = (
        call.function if len(call.arguments) == 1 else n.Call(call.function, call.arguments[:-1], 0, 0, 0)
    )
    for _ in range(STEPS):
        if type(at) is n.Var and index is not None:
            name = at.name
            at = next((e.value for e in index.definitions.values() if e.name == name and e.value), None)
        elif type(at) is n.Call and type(at.function) is n.Var and at.function.name == "import":
            path: Any = at.arguments[0]
            file = path.value if type(path) is n.PathLiteral else ""
            known = [name for name in (file, f"{file}/default.nix") if name in found.evaluator.sources]
            at = found.evaluator.tree(known[0]) if known else None
        elif type(at) is n.Lambda:
            return {item.name for item in at.formals.items} if at.formals is not None else set()
        else:
            break
    return set()


def callee_text(case_layer: Layer) -> str:
    """What a package that is overridden was made by, as it is written: `lib.getBin`; "" for anything else."""
    if case_layer.observation is None:
        return ""
    site = case_layer.observation.site
    subject: Any = site.subject
    if type(subject) is not n.Call or (
        type(subject.function) is n.Select and subject.function.path[-1] in WATCHED
    ):
        return ""
    text = site.text(subject.function)
    if text == "import":
        text += f" {site.text(subject.arguments[0])}"
    return " ".join(text.split())
