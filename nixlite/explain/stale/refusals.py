"""When an override is refused: what would have been accepted, and what helps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NoAttribute
from nixlite.explain.stale.facts import built_from, is_package, nearest, value_of
from nixlite.explain.stale.fix import no_function
from nixlite.explain.stale.fix.case import Case, Repair
from nixlite.explain.stale.fix.no_function import Lost, callee_text, evaluates, once
from nixlite.explain.stale.fix.remedies import repaired
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.fix.writing import writing
from nixlite.explain.stale.givens import layers
from nixlite.explain.stale.reach import Reached
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.errors import NixError
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.stale.fix.effects import Fix
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.record import Runs

ARGUMENT, NO_FUNCTION, NO_ATTRIBUTE, ONLY_FUNCTIONS, OTHER = (
    "argument", "no function", "no attribute", "only functions", "other",
)  # fmt: skip

UNEXPECTED = re.compile(r"called with unexpected argument '([^']+)'")
NO_FUNCTION_BUT = re.compile(r"attempt to call something which is not a function but a set")
MISSING_ATTRIBUTE = re.compile(r"attribute '([^']+)' missing")


class Refusal(NamedTuple):
    """Why there is no package. *kind*: ARGUMENT (the function takes no argument *name*, but *accepted*),
    NO_FUNCTION (what is overridden has no *name*, but *accepted*), NO_ATTRIBUTE (what the override was told
    has no *name*; *visible* is where the package shows one all the same), OTHER. *similar*: flags of the
    package that sound like the argument. *before*: whether the package fails without the override as
    well. *lost*: how what is overridden came to have no such function."""

    kind: str
    error: NixError
    name: str
    layer: Layer
    accepted: list[str]
    near: str
    similar: list[str]
    place: Place | None
    visible: Place | None
    before: bool
    results: list[Reached]
    fixes: list[Fix]
    lost: Lost | None = None


def refusal(runs: Runs) -> Refusal | None:
    """Why what is asked about fails, if it does so because of an override; None if there is none."""
    first = runs.first
    error = first.error
    entries = layers(first)
    assert error is not None
    if not entries or isinstance(error, NoAttribute):
        return None
    layer = next((item for item in reversed(entries) if item.after is MISSING), entries[-1])
    explained = first.found.evaluator.explain(error)
    place = position_of(explained)
    results = [Reached(item, None, None, False, None, []) for item in entries]
    kind, name = kind_of(runs, explained, layer)
    accepts: list[str] = []
    similar: list[str] = []
    visible = None
    if kind == ARGUMENT:
        accepts = accepted_by(runs, layer, place)
        similar = similar_flags(runs, layer, name)
    elif kind == NO_FUNCTION:
        accepts = sorted(part for part in layer.before if part.startswith("override"))
    elif kind == NO_ATTRIBUTE:
        visible = visible_at(runs, layer, name)
    fixes = []
    lost = lost_function(runs, entries, layer.before, name, layer) if kind == NO_FUNCTION else None
    case = Case(runs, results[entries.index(layer)], results)
    for repair in ways_out(case, kind, name, accepts, lost):
        fix = repaired(runs, repair)
        if fix is not None and fix.ok:
            fixes.append(fix)
            if len(fixes) > (kind == NO_FUNCTION):
                break
    fails = is_package(first.found, layer.before) and not isinstance(first.drv, str) and failing(runs, layer)
    near = nearest(name, accepts)
    facts = (kind, explained, name, layer, accepts, near, similar, place, visible, fails)
    return Refusal(*facts, results, fixes, lost)


def lost_function(
    runs: Runs, entries: list[Layer], package: Any, name: str, layer: Layer | None = None
) -> Lost:
    """How a package came to have no function *name*; *layer* is the override that asks for it."""
    callee = callee_text(layer) if layer is not None else ""
    earlier = next((item for item in entries if item is not layer and item.after is package), None)
    if earlier is None:
        return Lost(None, None, None, None, callee)
    function = visible_at(runs, earlier, earlier.what)
    if earlier.what == name:
        return Lost(earlier, function, once(runs, function), None, callee)
    return Lost(earlier, function, None, visible_at(runs, earlier, name), callee)


def failing(runs: Runs, layer: Layer) -> bool:
    """Whether the package fails without the override as well."""
    from nixlite.errors import NixError as Failure
    from nixlite.explain.stale.facts import drv_path

    return isinstance(drv_path(runs.first.found, layer.before), Failure)


def position_of(error: NixError) -> Place | None:
    """Where an error is."""
    at = error.position
    return (at.file, at.line, at.column) if at is not None else None


def kind_of(runs: Runs, error: NixError, layer: Layer) -> tuple[str, str]:
    """(what was refused, the name that was)."""
    unexpected = UNEXPECTED.search(str(error))
    if unexpected:
        return ARGUMENT, unexpected.group(1)
    seen = layer.observation
    if NO_FUNCTION_BUT.search(str(error)) and seen is not None and type(seen.site.argument) is n.AttrSet:
        return ONLY_FUNCTIONS, layer.what
    missing = MISSING_ATTRIBUTE.search(str(error))
    if missing is None:
        return OTHER, ""
    name = missing.group(1)
    if name == layer.what and type(layer.before) is dict and name not in layer.before:
        return NO_FUNCTION, name
    if type(layer.previous) is dict and name not in layer.previous and selections(layer, name):
        return NO_ATTRIBUTE, name
    return OTHER, name


def selections(layer: Layer, name: str) -> list[n.Select]:
    """Where an override selects a name from what was before, without a default."""
    assert layer.observation is not None
    written = writing(layer.observation.site)
    return [
        node
        for node in walk(written.body)
        if type(node) is n.Select and type(node.subject) is n.Var and node.subject.name == written.old
        and node.path == (name,) and node.default is None
    ]  # fmt: skip


def accepted_by(runs: Runs, layer: Layer, place: Place | None) -> list[str]:
    """The arguments that the function takes which refused one: what `override` tells of it, else what is
    written where the error is."""
    found = runs.first.found
    override = layer.before.get(layer.what, MISSING) if type(layer.before) is dict else MISSING
    value = value_of(found, override)
    formals = value_of(found, value.get("__functionArgs", MISSING)) if type(value) is dict else MISSING
    if type(formals) is dict:
        return sorted(formals)
    entry = found.places.definition(place)
    node: Any = entry.value if entry is not None else None
    if type(node) is n.Lambda and node.formals is not None:
        return sorted(item.name for item in node.formals.items)
    return []


def similar_flags(runs: Runs, layer: Layer, name: str) -> list[str]:
    """Flags of the package that sound like an argument that it does not take: `--without-ssl` for
    `opensslSupport`."""
    found = runs.first.found
    common = {
        "with",
        "without",
        "enable",
        "disable",
        "support",
        "use",
        "path",
        "shared",
        "static",
        "lib",
        "bool",
        "off",
    }
    flags = []
    for attribute, cell in built_from(found, layer.before).items():
        if not attribute.endswith(("Flags", "flags")):
            continue
        value = value_of(found, cell)
        for item in value if type(value) is tuple else (value,):
            text = value_of(found, item)
            words = re.findall(r"[a-z]{3,}", text.lower()) if type(text) is str else []
            if any(word in name.lower() for word in words if word not in common):
                flags.append(f"{attribute}: {text}")
    return flags


def visible_at(runs: Runs, layer: Layer, name: str) -> Place | None:
    """Where what is overridden gets an attribute, also one that what it was made of does not have."""
    found = runs.first.found
    cell = layer.before.get(name) if type(layer.before) is dict else None
    chain = found.origins.chain(cell) if type(cell) is list else []
    return next((node.place for node in reversed(chain) if node.place is not None), None)


def ways_out(case: Case, kind: str, name: str, accepts: list[str], lost: Lost | None) -> Iterator[Repair]:
    """Edits that may help."""
    if kind == NO_ATTRIBUTE:
        yield from with_default(case, name)
    elif kind == ARGUMENT and "callPackage" in accepts:
        yield from through_call_package(case, name)
    elif kind == ARGUMENT:
        yield from respelt(case, name, nearest(name, accepts))
    elif lost is not None:
        yield from longer_list(case)
        yield from no_function.ways(case, name, lost)
    elif kind == ONLY_FUNCTIONS:
        site = case.written.site
        code = f"({case.written.previous}: {site.text(site.argument)})"
        edits = [(site.argument.start, site.argument.end, code)]
        yield Repair(site.source, code, edits, evaluates(case, name), "", whole=False)


def with_default(case: Case, name: str) -> Iterator[Repair]:
    """`(old.configureFlags or [ ])`."""
    found = case.runs.first.found
    value = value_of(found, case.layer.before.get(name, MISSING))
    nothing = "{ }" if type(value) is dict else '""' if type(value) is str else "[ ]"
    site = case.written.site
    edits = [
        (node.start, node.end, f"({site.text(node)} or {nothing})") for node in selections(case.layer, name)
    ]
    code = replace(site.source.text, edits, site.argument.start, site.argument.end)
    yield Repair(site.source, code, edits, evaluates(case, name), "", whole=False)


def through_call_package(case: Case, name: str) -> Iterator[Repair]:
    """`x.override (o: { callPackage = f: a: o.callPackage f (a // { … }); })`, for an inner function's
    argument."""
    code = case.code_of(name)
    if code is not None:
        inner = f"callPackage = f: a: o.callPackage f (a // {{ {attribute_name(name)} = {code}; }});"
        say = "it is an argument of the function that is called inside"
        yield case.call("override", f"(o: {{ {inner} }})", say, evaluates(case, name))


def respelt(case: Case, name: str, near: str) -> Iterator[Repair]:
    """The argument under the name that it has."""
    container = case.written.container
    binding = container.bindings.get(name) if container is not None else None
    if not near or binding is None or binding.kind != n.PLAIN:
        return
    site = case.written.site
    edits = [(binding.pos, binding.pos + len(name), near)]
    code = replace(site.source.text, edits, site.argument.start, site.argument.end)
    yield Repair(site.source, code, edits, evaluates(case, near), f"its name is `{near}`", whole=False)


def longer_list(case: Case) -> Iterator[Repair]:
    """`withPackages (p: [ … ] ++ [ … ])`, for an environment that cannot be overridden."""
    site = case.written.site
    given = [
        code
        for name in (case.written.container.bindings if case.written.container is not None else ())
        if (code := case.code_of(name)) is not None and code.startswith("[")
    ]
    subject: Any = site.subject
    if len(given) != 1 or type(subject) is not n.Call or type(subject.arguments[-1]) is not n.Lambda:
        return
    body = subject.arguments[-1].body
    whole = site.source.text[subject.start : body.end]
    closing = site.source.text[body.end : subject.end]
    code = f"{whole} ++ {given[0]}{closing}"
    edits = [(site.call.start, site.call.end, code)]
    yield Repair(site.source, code, edits, evaluates(case, "paths"), "")
