"""The table in `stdlib/learn/README.md`: which lesson meets which misbelief. `python -m tests.learn.table --write`."""

from __future__ import annotations

import sys
from pathlib import Path

from nixlite.learn.course import read_course
from nixlite.resources import stdlib_directory

PLACE = Path(stdlib_directory()) / "learn" / "README.md"
BEGIN = "<!-- written by tests/learn/table.py -->\n"
MISBELIEFS = {
    "M1": "overriding `version` computes what was made of it anew",
    "M2": "… and does not, because the set was computed at once",
    "M3": "`src.overrideAttrs { rev = …; }` fetches another source",
    "M4": "`.override` takes any attribute of a package",
    "M5": "all ways to override are one and the same",
    "M6": "`overrideAttrs { vendorHash = …; }` reaches the builder function",
    "M7": "`prev.callPackage` looks into `prev`",
    "M8": "an overlay may compute its names from `final`",
    "M9": "an override changes all users of the package",
    "M10": "`//` merges deeply",
    "M11": "`rec` makes overriding easier",
}


def table() -> str:
    """Misbeliefs and the lessons that meet them, by a prediction (p) or a wrong answer (w)."""
    course = read_course(None)
    rows = ["| belief | met in lesson |", "|---|---|"]
    for number, belief in MISBELIEFS.items():
        met = []
        for lesson in course.lessons:
            kinds = "p" * any(b.misbelief == number for q in lesson.questions for b in q.wrong)
            kinds += "w" * any(wrong.misbelief == number for wrong in lesson.wrong)
            met += [f"{lesson.number} ({kinds})"] if kinds else []
        rows.append(f"| {number}: {belief} | {', '.join(met)} |")
    counts = (
        f"{len(course.lessons)} lessons, {sum(len(lesson.questions) for lesson in course.lessons)} predictions, "
        f"{sum(len(lesson.wrong) for lesson in course.lessons)} wrong answers."
    )
    return (
        BEGIN + "\n" + counts + " p: met by a prediction, w: by a wrong answer.\n\n" + "\n".join(rows) + "\n"
    )


if __name__ == "__main__":
    text = PLACE.read_text("utf-8")
    if "--write" in sys.argv:
        PLACE.write_text(text.partition(BEGIN)[0] + table(), "utf-8")
