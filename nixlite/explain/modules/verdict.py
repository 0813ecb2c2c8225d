"""What is to be said of an option first: in sentences, each of them read off the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError
from nixlite.explain.brief import first_line, shown_place
from nixlite.explain.modules.asked import given_priority
from nixlite.explain.modules.options import DISCARDED, FAILED, LEFT_OUT, PLAIN, priority_name, text_of
from nixlite.runtime.values import MISSING, ContextString
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.modules.asked import Asked
    from nixlite.explain.modules.options import Condition, Option, Part


FEW = 3
"""How many definitions are told of in sentences, and how many places in one."""


def verdict(asked: Asked) -> list[str]:
    """The answer in a few sentences, the most important first."""
    option = asked.option
    assert option is not None
    lines = failure(asked, option) if asked.failed else [*part_of(asked, option), *counted(asked, option)]
    lines += outweighed(asked, option)
    told = told_of(asked, option)
    lines += [left_out(asked, part) for part in told]
    more = sum(part.state == LEFT_OUT for part in option.parts) - len(told)
    if more:
        lines.append(f"{more} other definitions are left out by mkIf, as their conditions are false (below).")
    if not asked.failed:
        lines += empty_ones(asked, option) + dropped_names(asked, option)
    return lines


def part_of(asked: Asked, option: Option) -> list[str]:
    """What was asked for, where that is only a part of an option's value."""
    if option.loc == asked.path[asked.start :]:
        return []
    name = asked.option_name(option.loc)
    if asked.error is not None:
        return [f"{asked.name} is not there, in the value of the option {name}."]
    return [f"{asked.name} is {asked.shown(asked.value)}, a part of the value of the option {name}."]


# -- errors


def failure(asked: Asked, option: Option) -> list[str]:
    """Why there is no value."""
    error = asked.error
    assert error is not None
    name = asked.option_name(option.loc)
    lines = (
        [] if option.loc == asked.path[asked.start :] else [f"{asked.name} needs {name}, which has no value."]
    )
    kept = option.kept()
    failing = [part for part in option.parts if part.state == FAILED]
    if failing:
        where = asked.place(failing[0])
        return [*lines, f"{name} cannot be evaluated: {sentence(error)} The definition at {where} fails."]
    if asked.look(option.declared.get("readOnly")) is True and len(option.parts) > 1:
        places = ", ".join(asked.place(part) for part in option.parts)
        return [*lines, f"{name} is read-only, and has more than one definition: {places}."]
    wrong = [part for part in kept if not fits(asked, option, part)]
    if conflicting(asked, option):
        places = " and ".join(asked.described(part) for part in kept)
        mark = priority_name(kept[0].priority)
        what = f"{len(kept)} definitions of the same priority ({mark}) contradict each other"
        lines.append(f"{name} has no value: {what}: {places}.")
        lines.append("A definition is overridden only by one whose priority has a lower number.")
        return lines + [line for part in kept for line in from_above(asked, part)]
    if wrong:
        kind = type_text(asked, option)
        said = " and ".join(f"{asked.shown(part.value)} at {asked.place(part)}" for part in wrong)
        declared = f", declared at {declared_at(asked, option)}" if option.declaration is not None else ""
        verb = "is" if len(wrong) == 1 else "are"
        return [*lines, f"{name} has no value: {said} {verb} not of its type, {kind}{declared}."]
    if not kept:
        why = (
            "its only definitions are left out"
            if option.parts
            else "nobody defines it, and it has no default"
        )
        return [*lines, f"{name} has no value: {why} (declared at {declared_at(asked, option)})."]
    return [*lines, f"{name} cannot be evaluated: {sentence(error)}"]


def sentence(error: NixError) -> str:
    """An error's first line, with a full stop."""
    return first_line(error).removesuffix("Definition values:").rstrip(" .") + "."


def from_above(asked: Asked, part: Part) -> list[str]:
    """Where a definition has its priority from a call around a whole set."""
    call = given_priority(part)
    if call is None or part.priority == PLAIN:
        return []
    function = priority_name(part.priority).partition(",")[0]
    where = shown_place(call, asked.base)
    return [f"The {function} at {where} is around a whole set: it goes down to each option in it."]


def conflicting(asked: Asked, option: Option) -> bool:
    """Whether definitions contradict each other: several are kept, each fits by itself."""
    kept = option.kept()
    if asked.error is None or len(kept) < 2:
        return False
    text = str(asked.error)
    told = any(word in text for word in ("conflict", "multiple times", "both null and not null"))
    return told and "read-only" not in text and all(fits(asked, option, part) for part in kept)


def fits(asked: Asked, option: Option, part: Part) -> bool:
    """Whether the option's type takes a definition; where its check cannot be asked, it does."""
    check = asked.look(option.kind.get("check", MISSING))
    if check is MISSING or isinstance(check, NixError) or part.state == FAILED:
        return True
    call = asked.found.evaluator.base["call"]
    circle = asked.found.recorder.cycle
    _, answer = asked.found.recorder.ask(
        lambda: asked.found.evaluator.guard(lambda x: call(check, x), part.value)
    )
    asked.found.recorder.cycle = circle
    return answer is not False


def type_text(asked: Asked, option: Option) -> str:
    """The type as the option's documentation calls it."""
    text = text_of(asked.look(option.kind.get("description", "")))
    return text or text_of(asked.look(option.kind.get("name", ""))) or "another type"


def declared_at(asked: Asked, option: Option) -> str:
    """Where the option is declared."""
    if option.declaration is not None:
        return shown_place(option.declaration.place, asked.base)
    return "an unknown place"


# -- what counts


def counted(asked: Asked, option: Option) -> list[str]:
    """Which definitions made the value."""
    kept = option.kept()
    name = asked.option_name(option.loc)
    value = asked.beside(
        asked.value if option.loc == asked.path[asked.start :] else asked.value_of(option.loc)
    )
    if not kept:
        return [f"{name} is {value}, which its type has where nothing is defined."]
    part = kept[0]
    if len(kept) > 1:
        how = f"together ({priority_name(part.priority)})" if part.priority != PLAIN else "together"
        places = ", ".join(asked.place(item) for item in kept[: 2 * FEW])
        places += f" and {len(kept) - 2 * FEW} more" if len(kept) > 2 * FEW else ""
        return [f"{name} is {value}: {len(kept)} definitions count {how}, in this order: {places}."]
    if part.is_default:
        why = "nobody defines it" if len(option.parts) == 1 else "no definition of it counts"
        return [f"{name} is {value}: that is the option's default ({asked.place(part)}), {why}."]
    if part.from_option:
        return [passed_on(asked, part, name, value)]
    kind = "a plain definition, 100" if part.priority == PLAIN else asked.weight(part)
    made = (
        ""
        if value == asked.shown(part.value)
        else f", made of {asked.shown(part.value)} by {applied(asked, option)}"
    )
    return [f"{name} is {value}{made}: {asked.place(part)} says so ({kind})."]


def applied(asked: Asked, option: Option) -> str:
    """What changes a definition before it is the value."""
    return "the option's `apply`" if "apply" in option.declared else f"its type, {type_text(asked, option)}"


def passed_on(asked: Asked, part: Part, name: str, value: str) -> str:
    """A definition that is another option's value."""
    other = asked.option_name(part.from_option)
    source = asked.options.option(part.from_option)
    deciding = source.kept() if source is not None else []
    text = f" (`{part.written.text}`)" if part.written is not None else ""
    line = f"{name} is {value}: {asked.place(part)}{text} passes on the value of {other}"
    line += f", and it counts as if it were written there ({priority_name(part.priority)})"
    if deciding and deciding[0].is_default:
        return f"{line}, although nobody defines {other}: it is only its default, {asked.place(deciding[0])}."
    where = f", which {asked.place(deciding[0])} defines" if deciding else ""
    return f"{line}{where}."


# -- what does not count


def outweighed(asked: Asked, option: Option) -> list[str]:
    """What stronger definitions pushed aside; an option's default only where it had more than one item."""
    lines = []
    winner = next(iter(option.kept()), None)
    for part in option.parts:
        if part.state != DISCARDED or winner is None or (part.is_default and not has_items(asked, part)):
            continue
        what = asked.shown(part.value)
        merged = type(asked.look(part.value)) in (tuple, dict)
        if part.is_default:
            lines.append(
                f"The option's default {what} ({asked.place(part)}) is one definition of priority"
                f" {part.priority}: it is dropped whole as soon as there is another."
            )
            continue
        whole = "; only definitions of the best priority are merged, it is dropped whole" if merged else ""
        lines.append(
            f"{what} at {asked.place(part)} ({asked.weight(part)}) is discarded:"
            f" {winner.priority} at {asked.place(winner)} is stronger, the lowest number wins{whole}."
        )
    return lines


def has_items(asked: Asked, part: Part) -> bool:
    """Whether a definition is a list or set with something in it."""
    value = asked.look(part.value)
    return type(value) in (tuple, dict) and bool(value)


def told_of(asked: Asked, option: Option) -> list[Part]:
    """Of the definitions whose `mkIf` is false those that are told of: all of a few, else one's own."""
    parts = [part for part in option.parts if part.state == LEFT_OUT]
    return parts if len(parts) <= FEW else [part for part in parts if asked.is_own(part)][:FEW]


def left_out(asked: Asked, part: Part) -> str:
    """A definition whose `mkIf` is false, and why that is."""
    condition = next(item for item in part.conditions if item.holds is False)
    text = f"`{condition.written.text}`" if condition.written is not None else "its condition"
    reasons = [reason(asked, loc) for loc in read_options(asked, condition)]
    because = f": {' and '.join(reasons)}" if reasons else ""
    return f"{asked.shown(part.value)} at {asked.place(part)} is left out by mkIf: {text} is false{because}."


def reason(asked: Asked, loc: tuple[str, ...]) -> str:
    """`config.server.enable is false (its default, m.nix:2)`."""
    option = asked.options.option(loc)
    kept = option.kept() if option is not None else []
    where = ""
    if kept:
        where = f" ({'its default, ' if kept[0].is_default else ''}{asked.place(kept[0])})"
    return f"{asked.option_name(loc)} is {asked.shown(asked.value_of(loc))}{where}"


def read_options(asked: Asked, condition: Condition) -> list[tuple[str, ...]]:
    """The options whose values a condition reads itself, in the order of reading."""
    found: dict[tuple[str, ...], None] = {}
    if type(condition.cell) is not list:
        return []
    todo = [asked.found.recorder.node(condition.cell)]
    seen = set(todo)
    while todo and len(seen) < 300:
        node = todo.pop(0)
        for other in node.reads:
            if other in seen or other.cell is None:
                continue
            seen.add(other)
            source = asked.options.passes_on(other.cell, ())
            if source:
                found.setdefault(source)
            elif type(other.value) in (bool, str, int, float, ContextString, type(None)):
                todo.append(other)
    return list(found)


def empty_ones(asked: Asked, option: Option) -> list[str]:
    """Definitions that count and add nothing, beside others that do."""
    kept = option.kept()
    lines = []
    for part in kept if len(kept) > 1 else ():
        value = asked.look(part.value)
        if type(value) in (tuple, dict) and not value:
            joined = "lists are joined" if type(value) is tuple else "sets are merged"
            lines.append(
                f"{asked.shown(part.value)} at {asked.place(part)} adds nothing and takes nothing away:"
                f" definitions of the same priority count together, and {joined}."
            )
    return lines


def dropped_names(asked: Asked, option: Option) -> list[str]:
    """What is in no value although its definition counts: types that join sets by `//`."""
    lines = []
    for name, part, other in lost_names(asked, option):
        kind = text_of(asked.look(option.kind.get("name", "")))
        text = type_written(asked, option)
        lines.append(
            f"`{name}` of {asked.place(part)} is lost, its priority is the same: the type {kind}{text}"
            f" joins definitions by //, one level deep, so the whole `{name}` of {asked.place(other)} takes"
            " its place."
        )
    return lines


def type_written(asked: Asked, option: Option) -> str:
    """` (types.attrs, m.nix:3)`."""
    written = asked.options.writing(option.declared["type"]) if "type" in option.declared else None
    value = written.value if written is not None else None
    if written is None or value is None or written.definition is None:
        return f" ({declared_at(asked, option)})"
    text = written.definition.source.text[value.start : value.end]
    return f" (`{text}`, {shown_place(written.place, asked.base)})" if type(value) is n.Select else ""


def lost_names(asked: Asked, option: Option) -> list[tuple[str, Part, Part]]:
    """(name, the definition whose attribute is lost, the one whose attribute is there instead)."""
    value = asked.value_of(option.loc)
    kept = option.kept()
    if type(value) is not dict or len(kept) < 2 or isinstance(value, NixError):
        return []
    result = []
    for name in sorted(value):
        having = [
            (part, given[name])
            for part in kept
            if type(given := asked.look(part.value)) is dict and name in given
        ]
        here = [
            part for part, cell in having if asked.options.is_passed(value[name], cell) or cell is value[name]
        ]
        if len(having) > 1 and len(here) == 1 and asked.options.find((*option.loc, name)) is None:
            result += [(name, part, here[0]) for part, _ in having if part is not here[0]]
    return result
