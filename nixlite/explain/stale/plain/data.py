"""The report of `nixlite stale` as plain data, for JSON."""

from __future__ import annotations

from nixlite.explain.brief import brief, shown_place
from nixlite.explain.stale.plain.text import causes_of
from nixlite.runtime.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.stale.plain.examine import Report
    from nixlite.explain.stale.plain.fixes import Fix


def data(report: Report, fix: Fix | None) -> dict[str, Any]:
    """Places are `file:line`, values as they are shown."""
    return {
        "overridden": [
            {
                "name": entry.name,
                "old": brief(entry.old),
                "new": brief(entry.new),
                "definition": shown_place(entry.origin),
                "override": shown_place(entry.place),
                "by": entry.label.what if entry.label is not None else "//",
                "variable": entry.meant,
                "own": entry.own,
            }
            for entry in report.overrides
        ],
        "arguments": [
            {
                "name": given.name,
                "old": None if given.old is MISSING else brief(given.old),
                "new": brief(given.new),
                "override": shown_place(given.place),
            }
            for given in report.arguments
        ],
        "stale": [
            {
                "path": list(item.path),
                "value": brief(item.value),
                "expected": brief(item.expected),
                "causes": causes_of(item),
                "reads": [
                    {"name": link.name, "place": shown_place(link.place), "how": link.how}
                    for link in item.links
                ],
            }
            for item in report.stale
        ],
        "traps": [trap._asdict() for trap in report.traps],
        "fix": None if fix is None else fix_data(fix),
    }


def fix_data(fix: Fix) -> dict[str, Any]:
    """The fix and how it was checked."""
    return {
        "code": fix.code,
        "place": shown_place((fix.file, fix.line, 1)),
        "ok": fix.ok,
        "placeholder_hash": fix.assumes_hash,
        "moved": [
            {"path": list(item.path), "before": brief(item.before), "after": brief(item.after), "ok": item.ok}
            for item in fix.effects
        ],
    }
