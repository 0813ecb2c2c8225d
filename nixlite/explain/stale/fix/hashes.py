"""Repairs for a source that is another while its hash is the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import built_from, fetched, is_package, value_of
from nixlite.explain.stale.fix.case import Repair
from nixlite.explain.stale.fix.check import result_in
from nixlite.explain.stale.fix.effects import Effect
from nixlite.explain.stale.fix.respelling import ZEROS
from nixlite.explain.stale.fix.writing import with_bindings
from nixlite.explain.stale.givens import BY_ATTRIBUTES
from nixlite.explain.stale.reach import chains
from nixlite.explain.stale.sources import MISMATCH, OLD_BYTES, sources
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.fix.case import Case
    from nixlite.explain.stale.record import Record
    from nixlite.explain.stale.sources import Source


def new_hashes(case: Case) -> Iterator[Repair]:
    """`src = o.src.override { hash = …; }` for each source that is another one now, under its old hash."""
    found, layer = case.runs.first.found, case.layer
    if layer.kind != BY_ATTRIBUTES or case.written.container is None:
        return
    chain = next((c for c in chains([item.layer for item in case.results]) if c[-1] is layer), None)
    if chain is None:
        return
    changed = [
        source
        for source in sources(found, chain[0].before, layer.after)
        if source.kind in (OLD_BYTES, MISMATCH) and len(source.path) == 1
    ]
    bindings = {source.path[0]: with_new_hash(case, source.path[0]) for source in changed}
    given = {item.name for item in layer.given}
    if not bindings or given & bindings.keys():
        return
    code, edit = with_bindings(case.written, bindings, recursive=False)
    if code:
        yield Repair(
            case.written.site.source,
            code,
            [edit],
            lambda record: hash_effects(case, changed, record),
            "",
            assumes_hash=True,
            whole=False,
        )


def new_source(case: Case) -> Iterator[Repair]:
    """`version` with the `src` of it, where that is not made of the version."""
    found, layer = case.runs.first.found, case.layer
    version = next((given for given in layer.given if given.name == "version"), None)
    if layer.kind != BY_ATTRIBUTES or version is None or case.written.container is None:
        return
    if any(given.name == "src" for given in layer.given):
        return
    old, new = value_of(found, version.old), value_of(found, version.new)
    code = source_of_version(found, layer.before, old, case.written.previous)
    if code is None or type(new) is not str:
        return
    text, edit = with_bindings(case.written, {"src": code}, recursive=True)

    def check(record: Record) -> list[Effect]:
        assert layer.observation is not None
        after = result_in(record, layer.observation.site)
        if not is_package(record.found, after):
            return []
        was = fetched(found, value_of(found, built_from(found, layer.before).get("src", MISSING)))
        now = fetched(
            record.found, value_of(record.found, built_from(record.found, after).get("src", MISSING))
        )
        ok = now is not None and was is not None and now.shown == was.shown.replace(old, new) != was.shown
        return [Effect(("src", "url"), was.shown if was else None, now.shown if now else None, ok)]

    if text:
        say = "if the new release lies where the old one did, under its own version"
        yield Repair(case.written.site.source, text, [edit], check, say, assumes_hash=True, whole=False)


def source_of_version(found: Examination, package: Any, old: Any, previous: str) -> str | None:
    """`old.src.override { url = …; hash = …; }`, for a source whose place has the old version written in
    it; None where it follows the version by itself, or has it nowhere."""
    src = value_of(found, built_from(found, package).get("src", MISSING))
    if type(old) is not str or len(old) < 2 or not is_package(found, src) or "override" not in src:
        return None
    override = value_of(found, src["override"])
    formals = value_of(found, override.get("__functionArgs", MISSING)) if type(override) is dict else MISSING
    for name in ("tag", "rev", "url"):
        if type(formals) is dict and name not in formals:
            continue
        text = value_of(found, src.get(name, built_from(found, src).get(name, MISSING)))
        if type(text) is str and old in text:
            code = found.evaluator.shown(text).replace(old, "${version}")
            return f'{previous}.src.override {{\n    {name} = {code};\n    hash = "{ZEROS["hash"]}";\n  }}'
    return None


def with_new_hash(case: Case, name: str) -> str:
    """A source with a hash that asks for the right one."""
    found = case.runs.first.found
    value = value_of(found, case.layer.after.get(name, MISSING))
    old = f"{case.written.previous}.{attribute_name(name)}"
    if type(value) is dict and "override" in value:
        return f'{old}.override {{\n    hash = "{ZEROS["hash"]}";\n  }}'
    algorithm = ' outputHashAlgo = "sha256";' if "outputHashAlgo" in built_from(found, value) else ""
    return f'{old}.overrideAttrs (_: {{ outputHash = "{ZEROS["hash"]}";{algorithm} }})'


def hash_effects(case: Case, changed: list[Source], record: Record) -> list[Effect]:
    """Whether the sources are where they were, with hashes of their own."""
    assert case.layer.observation is not None
    after = result_in(record, case.layer.observation.site)
    rows = []
    for source in changed:
        now = fetched(
            record.found, value_of(record.found, built_from(record.found, after).get(source.path[0], MISSING))
        )
        ok = now is not None and now.what == source.after.what and now.digest != source.before.digest
        rows.append(
            Effect(
                (*source.path, "outputHash"),
                source.before.digest,
                now.digest if now is not None else None,
                ok,
            )
        )
    return rows
