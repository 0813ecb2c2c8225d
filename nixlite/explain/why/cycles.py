"""An infinite recursion as the circle that it is: who asked for whom, with positions."""

from __future__ import annotations

from nixlite.explain.brief import one_line, shown_place
from nixlite.explain.recording.places import PART

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination


def circle(found: Examination) -> list[tuple[str, Place, str]]:
    """(name, place, source) of each definition on the circle, in the order of asking; empty without one."""
    steps: list[tuple[str, Place, str]] = []
    unnamed: list[tuple[str, Place, str]] = []
    for node in found.recorder.cycle:
        entry = found.places.of(node)
        if entry is None:
            continue
        text = one_line(entry.text)
        if entry.kind == PART:
            unnamed.append((text, entry.place, text))
        elif not steps or steps[-1][1] != entry.place:
            steps.append((entry.name, entry.place, text))
    return steps or unnamed


def show(found: Examination, base: str = "") -> str:
    """The circle as text, "" when there is none."""
    return show_steps(circle(found), base)


def show_steps(steps: Sequence[tuple[str, Place, str]], base: str = "") -> str:
    """The steps of a circle as text."""
    if not steps:
        return ""
    names = [step[0] for step in steps]
    lines = [f"the value needs itself: {' → '.join([*names, names[0]])}"]
    width = max(len(name) for name in names)
    for name, place, text in steps:
        source = f"{name} = {text}" if text != name else text
        lines.append(f"  {name.ljust(width)}   {shown_place(place, base)}   {source}")
    return "\n".join(lines) + "\n"
