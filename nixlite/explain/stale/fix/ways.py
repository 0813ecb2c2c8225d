"""Repairs that give a value in another way: to the package's function, to its `env`, to the program in a
wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import built_from, safe_key, value_of
from nixlite.explain.stale.fix.builders import accepted
from nixlite.explain.stale.fix.case import Repair
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.hashes import source_of_version
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.givens import BY_ATTRIBUTES
from nixlite.explain.stale.wrappers import inside_of
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from nixlite.explain.stale.fix.case import Case
    from nixlite.explain.stale.fix.text_edits import Edit
    from nixlite.explain.stale.reach import Reach
    from nixlite.explain.stale.record import Record


def into_env(case: Case, reach: Reach) -> Iterator[Repair]:
    """`env = o.env // { X = …; }`, where the package's `env` is put over it."""
    previous, name = case.layer.previous, reach.given.name
    env = value_of(case.runs.first.found, previous.get("env", MISSING)) if type(previous) is dict else MISSING
    code, container = case.code_of(name), case.written.container
    if (
        type(env) is not dict
        or name not in env
        or code is None
        or container is None
        or len(container.bindings) != 1
    ):
        return
    inner = f"{{ env = {case.written.previous}.env // {{ {attribute_name(name)} = {code}; }}; }}"
    argument = f"({case.written.previous}: {inner})"
    yield case.call(case.layer.what, argument, "`env` has the last word on its names")


def by_argument(case: Case, reach: Reach) -> Iterator[Repair]:
    """`x.override { stdenv = …; }` for what is an argument of the package's function."""
    code = case.code_of(reach.given.name)
    if (
        case.layer.kind != BY_ATTRIBUTES
        or code is None
        or reach.given.name not in accepted(case.runs.first.found, case.layer.before)
    ):
        return
    container = case.written.container
    if container is not None and len(container.bindings) == 1:
        yield case.call(
            "override",
            f"{{ {attribute_name(reach.given.name)} = {code}; }}",
            "it is an argument of the package's function",
        )


def into_wrapper(case: Case, reach: Reach) -> Iterator[Repair]:
    """`x.override (w: { unwrapped = w.unwrapped.overrideAttrs …; })`, for a value that was meant for the
    program in a wrapper."""
    code = case.code_of(reach.given.name)
    if code is None:
        return
    name = attribute_name(reach.given.name)
    for inner in reach.inside:
        arguments = accepted(case.runs.first.found, case.layer.before)
        attribute = next((a for a in (inner.attribute, "unwrapped", "cc") if a in arguments), None)
        if attribute is None:
            continue
        given = joined(case, inner.package, reach, code)
        parts, rec = [f"{name} = {given};"], ""
        if name == "version":
            found = case.runs.first.found
            old = value_of(found, built_from(found, inner.package).get("version", MISSING))
            source = source_of_version(found, inner.package, old, case.written.previous)
            parts += [f"src = {source};"] if source is not None else []
            rec = "rec " if source is not None else ""
        lines = "".join("\n    " + part.replace("\n", "\n  ") for part in parts)
        body = f"{rec}{{{lines}\n  }}" if rec else f"{{ {parts[0]} }}"
        argument = (
            f"(w: {{\n  {attribute} = w.{attribute}.overrideAttrs ({case.written.previous}: {body});\n}})"
        )
        say = f"it is {inner.name} that is built with it"
        yield case.call("override", argument, say, inner_check(case, reach))._replace(assumes_hash=bool(rec))


def inner_check(case: Case, reach: Reach) -> Callable[[Record], list[Effect]]:
    """The check that the program in a wrapper is built with a value."""

    def check(record: Record) -> list[Effect]:
        name = reach.given.name
        rows = []
        for inner in inside_of(record.found, record.value):
            value = value_of(record.found, built_from(record.found, inner.package).get(name, MISSING))
            before = next((item for item in reach.inside if stem(item.name) == stem(inner.name)), None)
            if before is not None:
                old = built_from(case.runs.first.found, before.package).get(name, MISSING)
                ok = safe_key(record.found, value) != safe_key(case.runs.first.found, old)
                rows.append(Effect((inner.name, name), old, value, ok))
        return rows if record.drv != case.runs.first.drv and isinstance(record.drv, str) else []

    return check


def joined(case: Case, inner: Any, reach: Reach, code: str) -> str:
    """A list added to that of a package, another value as it is."""
    found = case.runs.first.found
    value = value_of(found, reach.given.new)
    if type(value) is not tuple:
        return code
    old = f"{case.written.previous}.{attribute_name(reach.given.name)}"
    there = value_of(found, built_from(found, inner).get(reach.given.name, MISSING))
    return f"{old} ++ {code}" if type(there) is tuple and there else f"({old} or [ ]) ++ {code}"


def into_list(case: Case, reach: Reach) -> Iterator[Repair]:
    """`withPackages (p: [ (p.x.overrideAttrs …) ])` for an override of the whole environment."""
    code = case.code_of(reach.given.name)
    site = case.written.site
    if code is None:
        return
    names = {stem(inner.name): inner for inner in reach.inside}
    for node in walk(site.subject):
        if type(node) is not n.ListLiteral:
            continue
        edits: list[Edit] = []
        for item in node.items:
            last = item.path[-1] if type(item) is n.Select else getattr(item, "name", "")
            if isinstance(last, str) and any(
                last.lower() in name or name in last.lower() for name in names if name
            ):
                text = site.text(item)
                edits.append(
                    (item.start, item.end, f"({text}.overrideAttrs {{ {reach.given.name} = {code}; }})")
                )
        if edits:
            new = replace(site.source.text, edits, site.subject.start, site.subject.end)
            whole = [(site.call.start, site.call.end, new)]
            yield Repair(site.source, new, whole, case.changes, "the packages in it are built by themselves")


def stem(name: str) -> str:
    """`pillow` of `python3.8-Pillow-7.2.0`."""
    parts = [part for part in name.lower().split("-") if part and not part[0].isdigit()]
    return parts[-1] if parts else ""


def into_shell(case: Case) -> Iterator[Repair]:
    """`packages = [ … ]` for `inputsFrom = [ … ]`: the package itself, not what it is built with."""
    site = case.written.site
    index = case.runs.first.found.places.index(site.source.name)
    if index is None:
        return
    for node in walk(index.tree):
        binding = node.bindings.get("inputsFrom") if type(node) is n.AttrSet else None
        if binding is not None and binding.value is not None and "packages" not in node.bindings:
            value = binding.value
            if value.start <= site.call.start and site.call.end <= value.end:
                at = site.source.text.rindex("inputsFrom", 0, value.start)
                code = f"packages = {site.text(value)}"
                edit = (at, at + len("inputsFrom"), "packages")
                say = "`inputsFrom` takes what a package is built with, `packages` the package itself"
                yield Repair(site.source, code, [edit], case.changes, say)
