"""Repairs for slips, and for two overrides of which the later one forgets the earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import FUNCTIONS, nearest, value_of
from nixlite.explain.stale.fix.case import Repair
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.fix.writing import parenthesised, writing
from nixlite.explain.stale.givens import BY_ARGUMENTS
from nixlite.explain.stale.reach import chains
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.fix.case import Case
    from nixlite.explain.stale.givens import Layer

LIBRARIES = (
    "lib",
    "pkgs.lib",
    "prev.lib",
    "super.lib",
    "final.lib",
    "self.lib",
    "(import <nixpkgs> { }).lib",
)
"""How an override may name the library."""


def misspelt(case: Case) -> Iterator[Repair]:
    """`o.buildInputs` for `o.builtInputs or [ ]`."""
    for node, name in slips(case):
        site = case.written.site
        start = site.source.text.index(node.path[0], node.subject.end)
        edit = (start, start + len(node.path[0]), name)
        code = replace(site.source.text, [edit], site.argument.start, site.argument.end)
        yield Repair(site.source, code, [edit], case.changes, f"there is no `{node.path[0]}`", whole=False)


def slips(case: Case) -> list[tuple[Any, str]]:
    """The selections from what was before of names that are not there, each with the name that is meant."""
    return selections(case.layer)


def selections(layer: Layer) -> list[tuple[Any, str]]:
    """As `slips`, of a layer."""
    if layer.observation is None:
        return []
    previous, written = layer.previous, writing(layer.observation.site)
    if type(previous) is not dict or not written.old:
        return []
    return [
        (node, near)
        for node in walk(written.body)
        if type(node) is n.Select and node.default is not None and type(node.subject) is n.Var
        and node.subject.name == written.old and len(node.path) == 1 and isinstance(node.path[0], str)
        and node.path[0] not in previous and (near := nearest(node.path[0], previous))
    ]  # fmt: skip


def slips_of(found: Examination, layer: Layer) -> list[tuple[str, str, str, Place]]:
    """(what was before, the name that is not there, the one that is meant, where) of each slip."""
    return [
        (node.subject.name, node.path[0], near, found.places.at(layer.observation.site.source, node.start))
        for node, near in selections(layer)
        if layer.observation is not None
    ]


def other_order(case: Case) -> Iterator[Repair]:
    """`(x.overridePythonAttrs b).overrideAttrs a` for `(x.overrideAttrs a).overridePythonAttrs b`."""
    inner = case.written.site
    for other in case.results:
        if other.layer.before is not case.layer.after or other.layer.observation is None:
            continue
        outer = other.layer.observation.site
        if (
            outer.subject.start > inner.call.start
            or outer.subject.end < inner.call.end
            or outer.name == inner.name
        ):
            continue
        first = f"({inner.text(inner.subject)}.{outer.name} {parenthesised(outer.text(outer.argument))})"
        code = f"{first}.{inner.name} {parenthesised(inner.text(inner.argument))}"
        edits = [(outer.call.start, outer.call.end, code)]
        say = (
            f"`{outer.name}` calls the builder anew, with what the package wrote: what came "
            "before is forgotten"
        )
        yield Repair(inner.source, code, edits, case.changes, say)


def merged(case: Case) -> Iterator[Repair]:
    """`.override (old: { packageOverrides = lib.composeExtensions (old.packageOverrides …) …; })`, where an
    override replaced the function that an earlier one gave."""
    found = case.runs.first.found
    if case.layer.kind != BY_ARGUMENTS:
        return
    for chain in chains([item.layer for item in case.results]):
        if not any(layer is case.layer for layer in chain):
            continue
        at = next(i for i, layer in enumerate(chain) if layer is case.layer)
        for earlier in chain[:at]:
            for given in case.layer.given:
                lost = next((item for item in earlier.given if item.name == given.name), None)
                code = case.code_of(given.name)
                if lost is None or code is None or type(value_of(found, lost.new)) not in FUNCTIONS:
                    continue
                yield from composed(case, given.name, code)


def composed(case: Case, name: str, code: str) -> Iterator[Repair]:
    """An override's function put after the one that is there."""
    for library in LIBRARIES:
        old = f"{case.written.previous}.{attribute_name(name)} or (_: _: {{ }})"
        value = f"{library}.composeExtensions ({old}) {parenthesised(code)}"
        container = case.written.container
        if container is None or len(container.bindings) != 1:
            return
        argument = f"({case.written.previous}: {{ {attribute_name(name)} = {value}; }})"
        yield case.call(
            case.layer.what, argument, f"each `override` replaces `{name}`; this one keeps the earlier one"
        )
