"""The answer of `nixlite stale` as text: the verdict, a table of what was given, what to write, details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.brief import brief_pair, page_width, paragraph
from nixlite.explain.stale.facts import differences, is_package, name_of, same, value_of
from nixlite.explain.stale.phrases import Phrases, telling
from nixlite.explain.stale.reach import BUILT, GOOD, NOTHING, chains
from nixlite.explain.stale.verdict import verdict
from nixlite.explain.stale.wrappers import is_wrapper
from nixlite.runtime.values import MISSING

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.stale.answer import Answer
    from nixlite.explain.stale.fix.effects import Fix
    from nixlite.explain.stale.reach import Reach, Reached

MOST_PROBLEMS = 3


def show(answer: Answer, base: str = "", *, everything: bool = False) -> str:
    """The answer; *everything*: with the way of each value that is behind."""
    if answer.plain is not None:
        from nixlite.explain.stale.plain.text import show as show_plain

        return show_plain(answer.plain, answer.plain_fix, base)
    phrases = phrases_for(answer, base)
    found = verdict(answer, phrases)
    lines = [paragraph(found.headline)]
    problems = found.problems if everything else found.problems[:MOST_PROBLEMS]
    lines += [paragraph(text, "  ") for text in (*problems, *found.notes)]
    if len(found.problems) > len(problems):
        lines.append(f"  … and {len(found.problems) - len(problems)} more (--all)")
    lines += table(answer, phrases)
    lines += followed(answer, phrases)
    fixes = shown_fixes(answer)
    for number, fix in enumerate(fixes):
        lines += ["", *show_fix(fix, phrases, other=number > 0 and fixes[number - 1].drv == fix.drv)]
    if found.code == 1 and not shown_fixes(answer) and answer.refusal is None:
        lines += ["", no_fix()]
    if everything:
        lines += details(answer, phrases)
    return "\n".join(lines) + "\n"


def exit_code(answer: Answer) -> int:
    """0: all that was given got through; 1: something did not; 2: it could not be told."""
    if answer.plain is not None:
        return 1 if answer.plain.stale or answer.plain.traps else 0
    return verdict(answer, phrases_for(answer, "")).code


def phrases_for(answer: Answer, base: str) -> Phrases:
    """The words for an answer."""
    phrases = Phrases(answer.runs.first.found, base)
    phrases.layers = [item.layer for item in answer.results]
    phrases.original = answer.original
    for chain in chains(phrases.layers):
        phrases.befores[name_of(phrases.found, chain[-1].after)] = chain[0].before
    phrases.befores[""] = answer.original
    return phrases


def shown_fixes(answer: Answer) -> list[Fix]:
    """The fixes that are shown: those that do what they are for, or the best one."""
    good = [fix for fix in answer.fixes if fix.ok]
    return good or answer.fixes[:1]


def table(answer: Answer, phrases: Phrases) -> list[str]:
    """A row for each given value: before, after, how far it got; in what wraps several packages that are
    overridden, with their names."""
    if (
        answer.refusal is None
        and len(answer.results) > 1
        and is_wrapper(phrases.found, answer.runs.first.value)
    ):
        lines = []
        for item in answer.results:
            rows = rows_of(item, phrases)
            head = f"{name_of(phrases.found, item.layer.after)}, {phrases.at(item.layer)}: {effect(item)}"
            lines += [*table_of(rows)[:1], paragraph(head, "  "), *table_of(rows)[1:]]
        return lines
    return table_of([row for item in answer.results for row in rows_of(item, phrases)])


def rows_of(item: Reached, phrases: Phrases) -> list[tuple[str, str, str]]:
    """The rows about one override."""
    return [(reach.given.name, changed(phrases, reach), reached_text(item, reach)) for reach in item.reaches]


def effect(item: Reached) -> str:
    """Whether one override of several took effect."""
    if item.survives is False and item.changes:
        return "nothing of it is in the result"
    behind = [reach for reach in item.reaches if reach.behind or reach.loss or reach.kind not in GOOD]
    if not behind:
        return "took effect" if item.changes else "changes nothing"
    some = any(reach.kind in GOOD for reach in item.reaches)
    return "took effect in part" if some else "did not take effect"


def table_of(rows: list[tuple[str, str, str]]) -> list[str]:
    """Rows as lines, after an empty one."""
    if not rows:
        return []
    width = page_width()
    first = min(max(len(row[0]) for row in rows), 20)
    second = min(max(len(row[1]) for row in rows), max(width - first - 24, 20))
    lines = [""]
    for name, change, kind in rows:
        row = f"  {name:<{first}}  {change:<{second}}  {kind}"
        lines += (
            [row]
            if len(row) <= width + 20 and len(change) <= second
            else [*broken(f"  {name:<{first}}  {change}", width, first + 4), f"  {'':<{first}}  {kind}"]
        )
    return lines


def broken(line: str, width: int, indent: int) -> list[str]:
    """A line with a change in it, broken before the new value where it is too long."""
    first, arrow, second = line.partition(" → ")
    if len(line) <= width or not arrow:
        return [line]
    return [first, f"{' ' * indent}→ {second}"]


def changed(phrases: Phrases, reach: Reach) -> str:
    """The values before and after, in few words; two that look the same by where they differ."""
    old, new = reach.given.old, reach.given.new
    if old is MISSING and reach.origin is not None and reach.origin.nodes:
        old = reach.origin.nodes[0].cell
    if old is MISSING:
        return f"not given → {short(phrases.value(new))}"
    first, second = phrases.value(old), phrases.value(new)
    if first == second:
        inside = where_they_differ(phrases, old, new)
        if inside:
            return inside
        first, second = brief_pair(old, new)
    return f"{short(first)} → {short(second)}"


def where_they_differ(phrases: Phrases, old: Any, new: Any) -> str:
    """Two packages of one name, by what they are built with differently."""
    found = phrases.found
    a, b = value_of(found, old), value_of(found, new)
    if type(a) is tuple and type(b) is tuple:
        pairs = [(x, y) for x, y in zip(a, b, strict=False) if not same(found, x, y)]
        return where_they_differ(phrases, *pairs[0]) if pairs else ""
    if not is_package(found, a) or not is_package(found, b):
        return ""
    rows = sorted(differences(found, a, found, b), key=lambda row: row.name not in FIRST)
    if not rows:
        return f"{phrases.value(old)}, the same one"
    more = f", and {len(rows) - 1} more" if len(rows) > 1 else ""
    row = rows[0]
    first, second = changed_pair(phrases, row.old, row.new)
    return f"{phrases.value(old)}: {row.name} {short(first)} → {short(second)}{more}"


MOST_OF_VALUE = 44


def short(text: str) -> str:
    """A value that fits into a table: of a long one its beginning and end."""
    if len(text) <= MOST_OF_VALUE:
        return text
    return f"{text[: MOST_OF_VALUE - 17]}…{text[-16:]}"


FIRST = frozenset({"url", "rev", "version", "outputHash", "patches", "src"})
"""What two packages of one name are told apart by, if they can be."""


def followed(answer: Answer, phrases: Phrases) -> list[str]:
    """What else is another in the package, and what it was and is."""
    given = {reach.given.name for item in answer.results for reach in item.reaches}
    rows = [row for row in answer.changes if row.name not in given]
    lines = []
    for row in rows[:MOST_FOLLOWED]:
        first, second = changed_pair(phrases, row.old, row.new)
        inside = where_they_differ(phrases, row.old, row.new) if first == second else ""
        lines += broken(f"  {row.name}: {inside or f'{short(first)} → {short(second)}'}", page_width(), 4)
    if len(rows) > MOST_FOLLOWED:
        lines.append(f"  … and {len(rows) - MOST_FOLLOWED} more (--all)")
    return ["", *lines] if lines else []


MOST_FOLLOWED = 4


def reached_text(item: Reached, reach: Reach) -> str:
    """How far a value got, in a few words."""
    if item.survives is False and item.changes:
        return "lost"
    if item.survives is False and reach.kind == NOTHING:
        return "makes no difference here"
    if reach.kind == BUILT and reach.behind:
        rows = ", ".join(".".join(row.path) for row in telling(reach.behind)[:3])
        return f"built in, but not in {rows}"
    if reach.loss is not None and reach.kind == BUILT:
        return "built in, replaced whole"
    return reach.kind


def show_fix(fix: Fix, phrases: Phrases, *, other: bool = False) -> list[str]:
    """What to write, and what came of trying it."""
    what = f"write, for `{fix.instead}`," if fix.instead else "write" if fix.whole else "give"
    lines = [f"{'Or' if other else 'Do'} this, at {phrases.place(fix.place)}: {what.rstrip(',')}", ""]
    lines += [f"    {line}" for line in fix.code.split("\n")]
    lines += [""]
    if fix.say:
        lines.append(f"  ({fix.say[0].upper()}{fix.say[1:]}.)")
    if fix.assumes_hash:
        lines.append("  (The hash is a placeholder: building once tells the right one.)")
    mark = "✓" if fix.ok else "✗"
    if fix.equal:
        lines.append(
            f"  {mark} evaluated: built as if the values had been there from the start, hashes aside"
        )
    elif fix.drv is None:
        lines.append("  ✗ evaluated: it fails")
    elif fix.ok:
        outcome = "another derivation than now" if fix.drv else "it has a value then"
        outcome = "what is built stays as it is now" if fix.same else outcome
        lines.append(f"  {mark} evaluated: {outcome}")
    else:
        lines.append(f"  {mark} evaluated: not all of it follows")
    for item in fix.effects[:8]:
        before, after = changed_pair(phrases, item.before, item.after)
        shown = f"{before} → {after}"
        if before == after:
            shown = where_they_differ(phrases, item.before, item.after) or f"still {before}"
        lines += broken(f"  {'✓' if item.ok else '✗'} {'.'.join(item.path)}: {shown}", page_width(), 6)
    return lines


def changed_pair(phrases: Phrases, before: Any, after: Any) -> tuple[str, str]:
    """Two values in few words, where they differ."""
    first, second = phrases.value(before), phrases.value(after)
    return (first, second) if first != second else brief_pair(before, after)


def no_fix() -> str:
    """What to say where nothing that was tried helps."""
    return paragraph(
        "No edit of the override that was tried does it. The package has to say it: with "
        "`finalAttrs`, or with an argument of its function."
    )


def details(answer: Answer, phrases: Phrases) -> list[str]:
    """Everything that is behind, with the way to the old value; and the .drv files."""
    from nixlite.explain.stale.causes import cause

    lines = ["", "details"]
    for item in answer.results:
        lines.append(f"  {item.layer.what} at {phrases.place(item.layer.place)}")
        lines.append(f"    without it {item.before}")
        lines.append(f"    with it    {item.after}")
        for reach in item.reaches:
            for row in reach.behind:
                old, new = changed_pair(phrases, row.old, row.new)
                lines.append(f"    {'.'.join(row.path)} = {old}   (would be {new})")
                if reach.origin is not None:
                    why = cause(phrases.found, row, reach.origin)
                    lines += [f"        ← {step.name} ({phrases.place(step.place)})" for step in why.steps]
    return lines
