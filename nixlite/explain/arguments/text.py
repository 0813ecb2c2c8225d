"""A plan of a call as text, as Nix code, and as what JSON can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.arguments.plan import AUTOMATIC, MISSING, MOST_CHARACTERS
from nixlite.source import shown_name
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.arguments.plan import Argument, CallPlan, Place


def render_plan(plan: CallPlan, scope_name: str = "the set") -> str:
    """The plan as a table, one line an argument, and what there is to say of it."""
    where = f" ({place_text(plan.place)})" if plan.place else ""
    if plan.untold:
        return "the package's override does not tell what it takes: name the file of its function"
    if not plan.takes_set:
        return f"the function{where} names no arguments, so callPackage gives it only what is given by hand"
    count = f"{len(plan.arguments)} argument{'' if len(plan.arguments) == 1 else 's'}"
    others = ", and with '...' others, of which callPackage passes none" * plan.ellipsis
    width = max((len(argument.name) for argument in plan.arguments), default=0)
    lines = [f"the function{where} takes {count}{others}:"]
    lines += [
        f"  {argument.name:{width}}  {argument.how:9}  {details(argument, scope_name)}".rstrip()
        for argument in plan.arguments
    ]
    lines += refused(plan) + unread(plan) + filled(plan, scope_name) + found_elsewhere(plan)
    return "\n".join(lines)


def refused(plan: CallPlan) -> list[str]:
    """What is said of what is given and not wanted."""
    lines = []
    for name, error, hint in plan.unwanted:
        what = "given, but there is no such argument" if error else "given, and taken by '...'"
        lines.append(f"  {name}: {what}{'. ' + hint if hint else ''}")
    if any(unwanted.error for unwanted in plan.unwanted):
        names = ", ".join(sorted(argument.name for argument in plan.arguments))
        lines.append(f"so the call fails; what the function accepts: {names or 'nothing'}")
    return lines


def unread(plan: CallPlan) -> list[str]:
    """What is said of `args.x` that no one passes."""
    lines = []
    for read in plan.reads:
        what = "fails" if read.fails else "is not there"
        named = ", ".join([*(argument.name for argument in plan.arguments), attribute_name(read.name)])
        shown = f"{plan.argument}.{attribute_name(read.name)} ({place_text(read.place)})"
        lines.append(
            f"{shown} {what}: callPackage passes only what the function names, '...' gets nothing. Name it:"
            f" {{ {named}, ... }}@{plan.argument}:"
        )
    return lines


def filled(plan: CallPlan, scope_name: str) -> list[str]:
    """What is said of defaults that are not used, because the set happens to have the name."""
    names = [a for a in plan.arguments if a.how == AUTOMATIC and a.default is not None]
    if not names or plan.package:
        return []
    listed = joined([argument.name for argument in names])
    kept = " ".join(f"{attribute_name(a.name)} = {a.default};" for a in names)
    kept = kept if len(kept) <= MOST_CHARACTERS else f"{attribute_name(names[0].name)} = …;"
    if len(names) == 1:
        what, it, argument = f"the default of {listed} is not used", "it", "argument"
    else:
        what, it, argument = f"the defaults of {listed} are not used", "them", "arguments"
    why = f"callPackage passes what {scope_name} has by the same name"
    how = f"callPackage … {{ {kept} }}, or rename the {argument}"
    return [f"{what}: {why}. To keep {it}, give {it} by hand, {how}"]


def found_elsewhere(plan: CallPlan) -> list[str]:
    """What is said of what is missing and in another set."""
    missing = [argument.name for argument in plan.arguments if argument.how == MISSING]
    scopes: dict[tuple[str, ...], list[str]] = {}
    for scope, names in plan.elsewhere.items():
        scopes.setdefault(tuple(names), []).append(scope)
    lines = []
    for wanted, places in scopes.items():
        what = "all that is missing" if list(wanted) == missing and len(wanted) > 1 else joined(list(wanted))
        are = "is" if what == "all that is missing" or len(wanted) == 1 else "are"
        lines.append(f"{what} {are} in {joined(places)}: call it with {places[0]}.callPackage")
    return lines


def joined(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def details(argument: Argument, scope_name: str) -> str:
    """What there is to say of where an argument comes from."""
    at = f", {place_text(argument.place)}" if argument.place else ""
    match argument.how:
        case "automatic":
            instead = f", instead of the default {argument.default}" if argument.default is not None else ""
            return f"from {scope_name}{at}{instead}"
        case "given":
            return f"{argument.value}{at}".removeprefix(", ")
        case "default":
            return f"{argument.default if argument.default is not None else ''}{at}"
    return argument.hint or f"{scope_name} has no such attribute"


def place_text(place: Place | None) -> str:
    """`file:line:column`."""
    return f"{shown_name(place[0])}:{place[1]}:{place[2]}" if place else "?"


def written_call(plan: CallPlan, function: str, given: str, scope_name: str) -> str:
    """The call as Nix code, without `callPackage`; *scope_name* is "" where the names are variables."""
    if not plan.takes_set:
        return f"{function} {given or '{ }'}"
    names = [attribute_name(argument.name) for argument in plan.arguments if argument.how == AUTOMATIC]
    source = f" ({scope_name})" if scope_name else ""
    inherited = f"{{ inherit{source} {' '.join(names)}; }}" if names else "{ }"
    return f"{function} {inherited}" if not given else f"{function} ({inherited} // {given})"


def to_data(plan: CallPlan) -> dict[str, Any]:
    """The plan as what JSON can say."""
    return {
        "place": place_text(plan.place) if plan.place else None,
        "ellipsis": plan.ellipsis,
        "arguments": [
            {**argument._asdict(), "place": place_text(argument.place) if argument.place else None}
            for argument in plan.arguments
        ],
        "unwanted": [unwanted._asdict() for unwanted in plan.unwanted],
        "accepted": sorted(argument.name for argument in plan.arguments),
        "reads": [{**read._asdict(), "place": place_text(read.place)} for read in plan.reads],
        "elsewhere": plan.elsewhere,
    }
