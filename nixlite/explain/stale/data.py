"""The answer of `nixlite stale` as plain data, for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.stale.causes import cause
from nixlite.explain.stale.facts import name_of
from nixlite.explain.stale.text import phrases_for, shown_fixes
from nixlite.explain.stale.verdict import verdict
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from nixlite.errors import NixError
    from nixlite.explain.stale.answer import Answer
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.fix.effects import Fix
    from nixlite.explain.stale.phrases import Phrases
    from nixlite.explain.stale.reach import Reach, Reached


def data(answer: Answer, base: str = "") -> dict[str, Any]:
    """The answer. Places are `file:line`, values as they are shown.

    `verdict` has `code` (the exit code), `headline`, `problems` and `notes`; `overrides` every override
    with its given values and their `reach`; `sources` what is fetched; `fix` the best fix, `fixes` all,
    each with `code` and `ok`.
    """
    if answer.plain is not None:
        from nixlite.explain.stale.plain.data import data as plain_data

        return plain_data(answer.plain, answer.plain_fix)
    phrases = phrases_for(answer, base)
    fixes = [fix_data(fix, phrases) for fix in shown_fixes(answer)]
    return {
        "verdict": verdict(answer, phrases)._asdict(),
        "drvPath": path_data(answer.runs.first.drv),
        "sameDerivation": answer.same_drv,
        "sameOutput": answer.same_out,
        "overrides": [layer_data(item, phrases) for item in answer.results],
        "sources": [
            {
                "path": list(source.path),
                "kind": source.kind,
                "before": source.before.shown,
                "after": source.after.shown,
                "hash": source.after.digest,
                "outPath": source.after.path,
            }
            for source in answer.sources
        ],
        "fix": fixes[0] if fixes else None,
        "fixes": fixes,
    }


def path_data(path: str | NixError | None) -> str | None:
    """A path, None for what is none."""
    return path if isinstance(path, str) else None


def layer_data(item: Reached, phrases: Phrases) -> dict[str, Any]:
    """One override."""
    return {
        "by": item.layer.what,
        "package": name_of(phrases.found, item.layer.after),
        "place": phrases.place(item.layer.place),
        "before": path_data(item.before),
        "after": path_data(item.after),
        "outputsDiffer": item.outputs,
        "survives": item.survives,
        "given": [reach_data(reach, phrases) for reach in item.reaches],
    }


def reach_data(reach: Reach, phrases: Phrases) -> dict[str, Any]:
    """One given value."""
    given = reach.given
    return {
        "name": given.name,
        "old": None if given.old is MISSING else phrases.value(given.old),
        "new": phrases.value(given.new),
        "place": phrases.place(given.place),
        "reach": reach.kind,
        "behind": [behind_data(row, reach, phrases) for row in reach.behind],
        "follows": [".".join(row.path) for row in reach.follows],
        "lost": []
        if reach.loss is None
        else [str(part) if type(part) is str else phrases.value(part) for part in reach.loss.gone],
        "writtenOver": None if reach.written_over is None else phrases.place(reach.written_over),
        "readers": None
        if reach.readers is None
        else [phrases.place((r.file, r.line, 1)) for r in reach.readers.found],
        "inside": [inner.name for inner in reach.inside],
    }


def behind_data(row: Differing, reach: Reach, phrases: Phrases) -> dict[str, Any]:
    """Something that did not follow."""
    assert reach.origin is not None
    why = cause(phrases.found, row, reach.origin)
    return {
        "path": list(row.path),
        "value": phrases.value(row.old),
        "expected": phrases.value(row.new),
        "cause": why.kind,
        "callee": why.callee,
        "at": phrases.place(why.scope),
        "reads": [{"name": step.name, "place": phrases.place(step.place)} for step in why.steps],
    }


def fix_data(fix: Fix, phrases: Phrases) -> dict[str, Any]:
    """A fix and how it was checked."""
    return {
        "code": fix.code,
        "place": phrases.place(fix.place),
        "whole": fix.whole,
        "ok": fix.ok,
        "equal": fix.equal,
        "drvPath": fix.drv,
        "placeholder_hash": fix.assumes_hash,
        "why": fix.say,
        "moved": [
            {
                "path": list(item.path),
                "before": phrases.value(item.before),
                "after": phrases.value(item.after),
                "ok": item.ok,
            }
            for item in fix.effects
        ],
    }
