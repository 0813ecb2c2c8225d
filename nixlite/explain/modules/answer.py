"""`why` of an option: verdict, what to do, every definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import levenshtein
from nixlite.explain.brief import one_line, paragraph, shown_place
from nixlite.explain.modules import circles, undeclared
from nixlite.explain.modules.advice import advice
from nixlite.explain.modules.asked import Asked, modules_at
from nixlite.explain.modules.options import KEPT, LEFT_OUT, MIDDLE
from nixlite.explain.modules.verdict import conflicting, declared_at, type_text, verdict
from nixlite.explain.recording.recorder import is_infinite_recursion
from nixlite.explain.trials import Advice, outcome, show_advice
from nixlite.runtime.values import ContextString

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nixlite.explain.modules.options import Option, Part
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination, Program

CONFLICTS = "conflicts"
"""What becomes of definitions that contradict each other."""

ORDERS = {500: "mkBefore, 500", MIDDLE: "plain, 1000", 1500: "mkAfter, 1500"}

ROWS = 50
"""Definitions that are shown."""

ITEMS = 40
"""Items of a merged value that are shown with where they come from."""


class Row(NamedTuple):
    """A definition: what became of it (`kept`, `discarded`, `left out`, `failed`), the value, where and how
    it is written, the file that the module system names, priority, order, and the conditions around it."""

    state: str
    value: str
    place: Place | None
    text: str
    file: str
    priority: int
    weight: str
    order: int
    conditions: list[str]
    is_default: bool


class Item(NamedTuple):
    """An item of a merged list or set, or a part of a text, and the definition that it is from."""

    name: str
    value: str
    place: Place | None
    text: str


class OptionAnswer(NamedTuple):
    """The answer to `why` for an option; *declared*: where, *kind*: its type's description."""

    path: str
    value: str
    error: str
    verdict: list[str]
    advice: list[Advice]
    option: str
    declared: str
    kind: str
    definitions: list[Row]
    items: list[Item]


def explain(program: Program, found: Examination, path: Sequence[str]) -> OptionAnswer | None:
    """The answer, None if the path leads to no option."""
    value = outcome(found, path).value
    start = modules_at(found, path)
    if start is None and not found.recorder.cycle:
        return None
    asked = Asked(program, found, path, start or 0)
    name, error = asked.name, asked.error
    shown = "" if error is not None else asked.shown(value)
    message = str(error) if error is not None else ""
    if error is not None:
        bad = undeclared.undeclared(asked)
        told = undeclared.explain(asked, bad) if bad is not None else None
        if told is None and is_infinite_recursion(error):
            at = circles.circle(asked)
            told = circles.explain(asked, at) if at is not None else None
        if told is not None:
            return OptionAnswer(name, shown, message, *told, "", "", "", [], [])
    option = asked.option
    if option is None or start is None:
        return no_option(asked) if start is not None else None
    return OptionAnswer(
        name,
        shown,
        message,
        verdict(asked),
        advice(asked),
        asked.option_name(option.loc),
        declared_at(asked, option),
        type_text(asked, option),
        rows(asked, option),
        [] if asked.failed else items(asked, option),
    )


def no_option(asked: Asked) -> OptionAnswer | None:
    """What is to be said of a path that leads to no option, where one has a name like it."""
    for end in range(len(asked.path) - 1, asked.start - 1, -1):
        above = outcome(asked.found, asked.path[:end]).value
        if type(above) is not dict:
            continue
        near = sorted((levenshtein(asked.path[end], name), name) for name in above)
        lines = [f"{asked.name} is no option, and no part of one."]
        for distance, name in near[:3]:
            loc = (*asked.path[asked.start : end], name)
            outcome(asked.found, (*asked.path[:end], name))
            option = asked.options.option(loc) if distance <= 2 else None
            if option is not None:
                what = f"{asked.option_name(loc)}, declared at {declared_at(asked, option)}"
                lines.append(f"An option with a name like it is {what}.")
        message = str(asked.error) if asked.error is not None else ""
        if len(lines) == 1 or not message:
            return None
        return OptionAnswer(asked.name, "", message, lines, [], "", "", "", [], [])
    return None


def rows(asked: Asked, option: Option) -> list[Row]:
    """The definitions; of those that contradict each other none is kept."""
    found = [row(asked, part) for part in option.parts]
    if not conflicting(asked, option):
        return found
    return [item._replace(state=CONFLICTS) if item.state == KEPT else item for item in found]


def row(asked: Asked, part: Part) -> Row:
    """A definition as it is shown."""
    conditions = [
        f"mkIf {item.written.text}{'' if item.holds else ' (false)' if item.holds is False else ' (fails)'}"
        for item in part.conditions
        if item.written is not None  # others are the library's, or were not evaluated
    ]
    written = part.written
    return Row(
        part.state,
        asked.beside(part.value),
        written.place if written is not None else None,
        written.text if written is not None else "",
        part.file,
        part.priority,
        "the option's default, 1500" if part.is_default else asked.weight(part),
        part.order,
        conditions,
        part.is_default,
    )


def items(asked: Asked, option: Option) -> list[Item]:
    """Which part of a merged value is from which definition, where that can be said."""
    value = asked.value_of(option.loc)
    kept = option.kept()
    if type(value) is tuple:
        given = [(part, item) for part in kept for item in as_list(asked, part)]
        shown = [asked.shown(item) for item in value]
        if len(kept) < 2 or shown != [asked.shown(item) for _, item in given]:
            return []  # the type made something else of them
        return [item_of(asked, str(at), part, cell) for at, (part, cell) in enumerate(given[:ITEMS], 1)]
    if type(value) is dict and len(kept) > 1:
        result = []
        for name in [asked.part] if asked.part in value else sorted(value):
            parts = [part for part in kept if name in as_set(asked, part)]
            here = [part for part in parts if asked.options.is_passed(value[name], as_set(asked, part)[name])]
            sources = here if len(here) == 1 else parts
            result += [item_of(asked, name, part, as_set(asked, part)[name]) for part in sources]
        return result[:ITEMS]
    if type(value) in (str, ContextString) and len(kept) > 1:
        return [item_of(asked, str(at), part, part.value) for at, part in enumerate(kept, 1)]
    return []


def item_of(asked: Asked, name: str, part: Part, cell: Any) -> Item:
    """An item with the place of its definition."""
    place = part.written.place if part.written is not None else None
    return Item(name, asked.shown(cell), place, ORDERS.get(part.order, f"mkOrder {part.order}"))


def as_list(asked: Asked, part: Part) -> tuple[Any, ...]:
    """The items of a definition that is a list."""
    value = asked.look(part.value)
    return value if type(value) is tuple else ()


def as_set(asked: Asked, part: Part) -> dict[str, Any]:
    """The attributes of a definition that is a set."""
    value = asked.look(part.value)
    return value if type(value) is dict else {}


# -- showing


def show(answer: OptionAnswer, base: str = "") -> str:
    """The answer as text, the verdict first."""
    lines = [paragraph(line) for line in answer.verdict]
    lines += show_advice(answer.advice, base)
    if answer.items:
        lines += ["", "  where each part is from:"]
        ordered = any(item.text != ORDERS[MIDDLE] for item in answer.items)
        width = max(len(f"{item.name}  {item.value}") for item in answer.items)
        for item in answer.items:
            text = f"{item.name}  {item.value}".ljust(min(width, 60))
            mark = f"   {item.text}" if ordered else ""
            lines.append(f"    {text}   {shown_place(item.place, base)}{mark}")
    if answer.definitions:
        lines += ["", "  all definitions:"]
        lines += show_rows(answer.definitions, base)
    if answer.option:
        lines += [
            "",
            f"  {answer.option} is declared at {answer.declared}, type: {one_line(answer.kind, 100)}",
        ]
    return "\n".join(lines) + "\n"


def show_rows(rows: Sequence[Row], base: str) -> list[str]:
    """The table of definitions, those that count first."""
    states = (KEPT, CONFLICTS, "failed", "discarded", LEFT_OUT)
    ordered = sorted(rows, key=lambda item: (states.index(item.state), item.priority, item.order))
    values = [one_line(item.value, 40) for item in ordered]
    places = [
        shown_place(item.place, base) if item.place is not None else item.file or "?" for item in ordered
    ]
    wide, far = max(map(len, values)), max(map(len, places))
    lines = []
    for item, value, place in list(zip(ordered, values, places, strict=True))[:ROWS]:
        order = "" if item.order == MIDDLE else f", order {item.order}"
        conditions = "".join(f", {text}" for text in item.conditions)
        start = f"    {item.state.ljust(9)}  {value.ljust(wide)}   {place.ljust(far)}"
        lines.append(f"{start}   {item.weight}{order}{conditions}")
    if len(ordered) > ROWS:
        lines.append(f"    … and {len(ordered) - ROWS} more (--json has all)")
    return lines
