"""The report of `nixlite stale` as text."""

from __future__ import annotations

from nixlite.explain.brief import brief, brief_pair, shown_place
from nixlite.explain.recording.causes import TEXTS
from nixlite.runtime.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.explain.recording.causes import Link
    from nixlite.explain.stale.plain.examine import Report, Stale
    from nixlite.explain.stale.plain.fixed_output import Trap
    from nixlite.explain.stale.plain.fixes import Fix
    from nixlite.explain.stale.plain.overrides import Argument, Override


def show(report: Report, fix: Fix | None, base: str = "") -> str:
    """The verdict, what was overridden, what did not follow and why, and what helps."""
    if not report.overrides and not report.arguments:
        return "Nothing is overridden here.\n"
    lines = [headline(report)]
    for item in report.stale:
        lines += show_stale(item, base)
    lines += show_causes(report, base)
    lines += ["", "overridden"]
    for entry in shown_overrides(report):
        by = f" by {entry.label.what}" if entry.label is not None else ""
        lines.append(
            f"  {entry.name}: {brief(entry.old)} → {brief(entry.new)}"
            f"   {shown_place(entry.origin, base)} → {shown_place(entry.place, base)}{by}"
        )
        if entry.meant:
            lines.append(f"    the package has no attribute `{entry.name}`, only a variable of that name")
    lines += [f"  argument {given_text(given, base)}" for given in report.arguments]
    for trap in report.traps:
        lines += ["", *show_trap(trap)]
    lines += show_fix(fix, base) if report.stale else []
    return "\n".join(lines) + "\n"


def headline(report: Report) -> str:
    """The verdict in a sentence."""
    names = list(dict.fromkeys(item.path[0] for item in report.stale))
    if not names:
        return "All of it took effect." if not report.traps else "The values took effect, but not the hash."
    what = ", ".join(f"`{name}`" for name in names)
    old = ", ".join(dict.fromkeys(f"`{item.override.name}`" for item in report.stale))
    return f"{what} still {'have' if len(names) > 1 else 'has'} the old {old}."


def shown_overrides(report: Report) -> list[Override]:
    """The user's own overrides and those that left something behind; all where none is the user's own."""
    guilty = {item.override.place for item in report.stale}
    if not any(entry.own for entry in report.overrides) and not report.arguments:
        return report.overrides
    return [entry for entry in report.overrides if entry.own or entry.place in guilty]


def given_text(given: Argument, base: str) -> str:
    """An argument with what it was and is."""
    old = "not given" if given.old is MISSING else brief(given.old)
    return f"{given.name}: {old} → {brief(given.new)}   {shown_place(given.place, base)} by override"


def show_stale(item: Stale, base: str) -> list[str]:
    """A stale attribute, its value, and the chain of what it was made of."""
    value, expected = brief_pair(item.value, item.expected)
    lines = [f"  {'.'.join(item.path)} = {value}   (would be {expected})"]
    chain = [f"{link.name} ({shown_place(link.place, base)})" for link in item.links]
    lines += [f"      ← {step}" for step in chain]
    causes = causes_of(item)
    lines.append(f"      cause: {', '.join(causes)}")
    return lines


CAUSES = {
    "rec": "rec",
    "let": "let",
    "argument": "function argument consumed before",
    "default": "function argument (its default) consumed before",
    "old": "taken from the old set",
    "set": "selected from the old set",
}


def causes_of(item: Stale) -> list[str]:
    """The causes of one attribute by name, the nearest to the old value first."""
    found: dict[str, None] = {}
    for number, link in enumerate(item.links[::-1]):
        if number == 0 or link.how == "argument":
            name = CAUSES[link.how]
            if link.callee and link.how == "argument":
                name += f" by {link.callee}"
            found[name] = None
    return list(found)


def show_causes(report: Report, base: str) -> list[str]:
    """Each cause once, in words."""
    texts: dict[str, None] = {}
    for item in report.stale:
        for number, link in enumerate(item.links[::-1]):
            if number == 0 or link.how == "argument":
                texts[cause_text(link, base)] = None
    return ["", "why", *[f"  - {text}" for text in texts]] if texts else []


def cause_text(link: Link, base: str) -> str:
    """A cause in words."""
    text = TEXTS[link.how].format(name=link.name, place=shown_place(link.place, base), callee=link.callee)
    return (
        text if link.how in ("rec", "let", "default", "set") else f"{text} ({shown_place(link.place, base)})"
    )


def show_trap(trap: Trap) -> list[str]:
    """A trap of fixed outputs."""
    name = trap.path or "this derivation"
    if trap.kind == "same bytes":
        return [
            f"fixed-output trap: another URL for {name}, the same hash ({trap.hash}):",
            "  same store path, the old bytes will be used (such a path is made of name and hash alone)",
            f"  {trap.before} → {trap.old_path}",
            f"  {trap.after} → {trap.new_path}",
        ]
    if trap.kind == "old hash":
        return [
            f"fixed-output trap: {name} comes from another URL, but its hash is the old one ({trap.hash}):",
            "  the download will be refused (hash mismatch) unless the bytes are the same",
            f"  {trap.before} → {trap.old_path}",
            f"  {trap.after} → {trap.new_path}",
        ]
    return [
        f"fixed output: the hash of {name} is another, what is fetched is the same ({trap.before}):",
        "  it will be fetched again, and the build fails unless the bytes have changed as well",
        f"  {trap.old_path} → {trap.new_path}",
    ]


def show_fix(fix: Fix | None, base: str) -> list[str]:
    """The fix, and what came of trying it."""
    if fix is None:
        return ["", "no fix can be written here: define the values with `finalAttrs:` or a function argument"]
    lines = ["", f"fix, for {shown_place((fix.file, fix.line, 1), base)}:", ""]
    lines += [f"    {line}" for line in fix.code.split("\n")]
    if fix.assumes_hash:
        lines += ["", "  (The hash is a placeholder: building once tells the right one.)"]
    lines += ["", "  checked by evaluating it:"]
    for item in fix.effects:
        before, after = brief_pair(item.before, item.after)
        change = f"{before} → {after}" if item.ok or before != after else f"still {before}"
        lines.append(f"  {'✓' if item.ok else '✗'} {'.'.join(item.path)}: {change}")
    if not fix.effects:
        lines.append("  ✗ it does not evaluate")
    return lines
