"""Repairs for what was replaced whole, and for `//`, which replaces and builds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import built_from, is_package, safe_key, value_of
from nixlite.explain.stale.fix.case import Repair
from nixlite.explain.stale.fix.check import is_same_call, result_in
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.order import slips
from nixlite.explain.stale.fix.writing import code_of, with_bindings
from nixlite.explain.stale.reach import NOTHING
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nixlite.explain.stale.fix.case import Case
    from nixlite.explain.stale.reach import Reach
    from nixlite.explain.stale.record import Record


JOIN = {"list": ("++", "[ ]"), "set": ("//", "{ }"), "text": ("+", '""')}


def added_to(case: Case, reach: Reach) -> Iterator[Repair]:
    """`o.configureFlags ++ [ … ]` for what replaced a list, set or script."""
    code = case.code_of(reach.given.name)
    if reach.loss is None or code is None or not matters(case, reach) or slips(case):
        return
    name, (operator, nothing) = reach.given.name, JOIN[reach.loss.kind]
    previous = case.layer.previous
    there = type(previous) is dict and name in previous
    for old in [f"{case.written.previous}.{attribute_name(name)}"]:
        before = old if there else f"({old} or {nothing})"
        text, edit = with_bindings(case.written, {name: f"{before} {operator} {code}"}, recursive=False)
        if text:
            source = case.written.site.source
            yield Repair(source, text, [edit], lambda record: kept(case, reach, record), "", whole=False)


def matters(case: Case, reach: Reach) -> bool:
    """Whether losing what was there could be a mistake: not where single values were given, such as
    outputs."""
    return reach.given.name not in ("outputs", "version", "name", "pname")


def kept(case: Case, reach: Reach, record: Record) -> list[Effect]:
    """Whether what was lost is there again."""
    assert reach.loss is not None
    assert case.layer.observation is not None
    after = result_in(record, case.layer.observation.site)
    if not is_package(record.found, after):
        return []
    name = reach.given.name
    value = given_value(record, case, name)
    if value is MISSING:
        value = value_of(record.found, after.get(name, built_from(record.found, after).get(name, MISSING)))
    found = case.runs.first.found
    if reach.loss.kind == "set":
        ok = type(value) is dict and all(part in value for part in reach.loss.gone)
        if name == "env":
            value = built_from(record.found, after)
            ok = all(part in value for part in reach.loss.gone)
    elif reach.loss.kind == "list":
        there = [safe_key(record.found, item) for item in value] if type(value) is tuple else []
        ok = bool(there) and all(safe_key(found, item) in there for item in reach.loss.gone)
    else:
        ok = type(value) is str and str(value_of(found, reach.loss.gone[0])) in value
    return [Effect((name,), reach.given.new, value, ok)]


def given_value(record: Record, case: Case, name: str) -> Any:
    """What an override gives in another evaluation, MISSING where it does not."""
    assert case.layer.observation is not None
    for seen in reversed(record.observations):
        if is_same_call(seen.site, case.layer.observation.site) and seen.applications:
            return value_of(record.found, seen.applications[-1].attrs.get(name, MISSING))
    return MISSING


def by_attributes_instead(case: Case) -> Iterator[Repair]:
    """`x.overrideAttrs (o: { … })` for `x // { … }`."""
    place = case.layer.place
    index = case.runs.first.found.places.index(place[0]) if place is not None else None
    entry = index.operators.get(place[1:]) if index is not None and place is not None else None
    if entry is None or index is None or type(entry[0]) is not n.Binary:
        return
    node: Any = entry[0]
    text = index.source.text
    if "overrideAttrs" not in case.layer.before or type(node.right) is not n.AttrSet:
        return
    given = text[node.right.start : node.right.end]
    parts = []
    for reach in case.item.reaches:
        binding = node.right.bindings.get(reach.given.name)
        if binding is None or binding.value is None:
            return
        code = code_of(text, binding.value)
        joined = f"o.{reach.given.name} // {code}" if reach.loss is not None else code
        parts.append(f"{attribute_name(reach.given.name)} = {joined};")
    argument = f"(o: {{ {' '.join(parts)} }})" if " o." in " ".join(parts) else given
    left = text[node.left.start : node.left.end]
    subject = left if type(node.left) in (n.Var, n.Select) else f"({left})"
    code = f"{subject}.overrideAttrs {argument}"
    edits = [(node.start, node.end, code)]
    yield Repair(
        index.source, code, edits, lambda record: updated(case, record), "`//` changes only what is shown"
    )


def updated(case: Case, record: Record) -> list[Effect]:
    """What became of the attributes that a `//` gave."""
    if not is_package(record.found, record.value) or not isinstance(record.drv, str):
        return []
    rows = []
    for reach in case.item.reaches:
        name = reach.given.name
        value = value_of(record.found, record.value.get(name, MISSING))
        lost = reach.loss.gone if reach.loss is not None else ()
        ok = not lost or (type(value) is dict and all(part in value for part in lost))
        if reach.kind == NOTHING:
            ok = record.drv != case.runs.first.drv
        rows.append(Effect((name,), reach.given.new, value, ok))
    return rows
