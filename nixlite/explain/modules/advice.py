"""What to write so that an option has the value that was wanted; each candidate is evaluated first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.modules.asked import shown_path
from nixlite.explain.modules.changes import call_of, with_priority
from nixlite.explain.modules.options import DISCARDED, FAILED, FORCE, ITEM, OPTION_DEFAULT, PLAIN
from nixlite.explain.modules.verdict import conflicting, fits, lost_names, read_options, told_of, type_text
from nixlite.explain.recording.leaves import comparable
from nixlite.explain.trials import Advice, Change, attempt
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.explain.modules.asked import Asked
    from nixlite.explain.modules.options import Condition, Option, Part
    from nixlite.explain.trials import Outcome


TRIED = 2
"""How many definitions that are left out it is tried for to have them: each takes an evaluation."""


def advice(asked: Asked) -> list[Advice]:
    """What to do about an option whose value may not be the expected one; empty where nothing is odd."""
    option = asked.option
    assert option is not None
    if asked.failed:
        return after_error(asked, option)
    found: list[Advice] = []
    for part in told_of(asked, option)[:TRIED]:
        found += fulfil(asked, part)
    for part in option.kept() if len(option.kept()) > 1 else ():
        value = asked.look(part.value)
        if type(value) in (tuple, dict) and not value:
            found += stronger(asked, part, "to have only this", equal_to(value))
    found += together(asked, option)
    found += outvoted(asked, option)
    return found + deeper_type(asked, option) + only_default(asked, option)


# -- after an error


def after_error(asked: Asked, option: Option) -> list[Advice]:
    """A stronger definition where some contradict each other, a first one where there is none."""
    kept = option.kept()
    if conflicting(asked, option):
        mine = chosen(asked, kept)
        best = mine.priority
        target = PLAIN if best > PLAIN else FORCE if best == PLAIN else best - 1
        how = f"make one of them stronger: {call_of(target)} has the lower number"
        if target == PLAIN:
            how = f"write it without {call_of(best).partition(' ')[0]}: a plain definition (100) is stronger"
        wanted = asked.look(mine.value)
        return rewrite(asked, mine, target, how, lambda got: got == wanted)
    failing = [part for part in option.parts if part.state == FAILED and part.written is not None]
    if failing and failing[0].written is not None:
        return [
            Advice("change that definition: it is its value that fails", "", failing[0].written.place, "")
        ]
    if asked.look(option.declared.get("readOnly")) is True and len(option.parts) > 1:
        return [Advice("leave one definition, and take the others away", "", None, "")]
    missing = told_of(asked, option)[:TRIED]
    if not kept and missing:
        return [item for part in missing for item in fulfil(asked, part)]
    name = asked.option_name(option.loc).removeprefix("config.")
    if not kept:
        return [
            Advice(f"define it in a module; its type is {type_text(asked, option)}", f"{name} = …;", None, "")
        ]
    wrong = next((part for part in kept if not fits(asked, option, part)), None)
    if wrong is not None and wrong.written is not None:
        say = f"write a value of type {type_text(asked, option)}"
        is_item = bool(option.loc) and ITEM.fullmatch(option.loc[-1]) is not None
        return [Advice(say, "" if is_item else f"{name} = …;", wrong.written.place, "")]
    return []


def chosen(asked: Asked, parts: list[Part]) -> Part:
    """The definition that is most likely the person's own: not of the file that declares the option, nor one
    of a library; of several the last module's, which comes first."""
    option = asked.option
    declaring = option.declaration.place[0] if option is not None and option.declaration is not None else ""

    def weight(part: Part) -> tuple[bool, bool]:
        file = part.written.place[0] if part.written is not None else part.file
        return asked.place(part).startswith(("<", "/nix/store/")), file == declaring

    return min(parts, key=weight)


# -- trying


def rewrite(
    asked: Asked,
    part: Part,
    priority: int,
    say: str,
    wanted: Callable[[Any], bool],
    content: str | None = None,
) -> list[Advice]:
    """A definition with another priority, if that gives what is wanted."""
    if part.written is None or part.written.value is None or part.is_default or not part.written.alone:
        return []
    code, changes = with_priority(part.written, priority, content)
    result = attempt(asked.program, asked.found, changes, asked.target)
    if not result.ok or not wanted(result.value) or not is_whole(result):
        return []
    path = f"{part.written.path} = " if part.written.names else ""
    code = f"{path}{code};" if path else code
    return [Advice(say, code, part.written.place, told(asked, result), changes)]


def is_whole(result: Outcome) -> bool:
    """Whether the parts of a value can be evaluated as well, as far as one looks at them."""
    _, answer = result.found.recorder.ask(lambda: comparable(result.found, result.value, 2))
    return not isinstance(answer, NixError)


def told(asked: Asked, result: Outcome) -> str:
    """What came of a trial."""
    from nixlite.explain.brief import brief, forcing

    return f"{shown_path(asked.target)} is then {brief(result.value, 2, forcing(result.found))}"


def equal_to(value: Any) -> Callable[[Any], bool]:
    """Whether something that is got is a value."""
    return lambda got: bool(got == value)


def stronger(asked: Asked, part: Part, say: str, wanted: Callable[[Any], bool]) -> list[Advice]:
    """A definition with a priority that no other of those that count has."""
    target = FORCE if part.priority > FORCE else part.priority - 1
    return rewrite(asked, part, target, say, wanted)


# -- definitions that do not count


def fulfil(asked: Asked, part: Part) -> list[Advice]:
    """What makes the condition of a `mkIf` true: one of the options that it reads, set the other way."""
    for condition in part.conditions:
        if condition.holds is not False:
            continue
        for loc in read_options(asked, condition):
            value = asked.value_of(loc)
            option = asked.options.option(loc)
            other = ("false" if value else "true") if type(value) is bool else compared_with(condition)
            if not other or option is None:
                continue
            code = f"{shown_path(loc)} = {other};"
            kept = option.kept()
            mine = kept[0] if kept and not kept[0].is_default and kept[0].written is not None else None
            forced = (
                f"{{ lib, ... }}: {{ {code.replace('= ', '= lib.mkForce ')} }}" if mine else f"{{ {code} }}"
            )
            result = asked.extended(forced)
            if result is None or (result.ok and same(asked, result)):
                continue
            if result.ok:
                where = mine.written.place if mine is not None and mine.written is not None else None
                return [Advice("make the condition true", code, where, told(asked, result))]
    reading = [shown_path(loc) for item in part.conditions for loc in read_options(asked, item)]
    if not reading:
        return []
    return [
        Advice(f"make the condition true: it reads {', '.join(reading)}", f"{reading[-1]} = …;", None, "")
    ]


def compared_with(condition: Condition) -> str:
    """The text or number that a condition compares an option with: of `config.mode == "server"`."""
    value: Any = condition.written.value if condition.written is not None else None
    if type(value) is not n.Binary or value.op != "==" or condition.written is None:
        return ""
    literals = [side for side in (value.left, value.right) if type(side) in (n.Str, n.Int)]
    return condition.written.source_of(literals[0]) if len(literals) == 1 else ""


def same(asked: Asked, result: Outcome) -> bool:
    """Whether a trial changed nothing."""
    if asked.error is not None:
        return False
    _, before = asked.found.recorder.ask(lambda: comparable(asked.found, asked.value, 3))
    _, after = result.found.recorder.ask(lambda: comparable(result.found, result.value, 3))
    return bool(before == after)


def together(asked: Asked, option: Option) -> list[Advice]:
    """For lists and sets: how a definition counts together with what it pushed aside."""
    kept = option.kept()
    lost = [part for part in option.parts if part.state == DISCARDED and asked.look(part.value)]
    lost = [part for part in lost if type(asked.look(part.value)) in (tuple, dict)]
    if len(kept) != 1 or not lost or type(asked.look(kept[0].value)) not in (tuple, dict):
        return []
    mine, other = kept[0], min(lost, key=lambda part: part.priority)
    wanted = includes(asked, mine, other)
    found: list[Advice] = []
    if mine.priority < PLAIN and not other.is_default:
        say = f"give it the same priority, {mine.priority}, so that both count"
        return rewrite(asked, other, mine.priority, say, wanted)
    if not other.is_default and mine.priority == PLAIN:
        function = call_of(other.priority).partition(" ")[0]
        say = f"if that file is yours, write it without {function}"
        found += rewrite(asked, other, PLAIN, say, wanted)
    repeated = repeat(mine, other)
    if repeated:
        say = "or repeat what is to stay"
        found += rewrite(asked, mine, mine.priority, say, wanted, repeated)
    say = f"or give yours the same priority, {other.priority}, so that both count"
    shared = rewrite(asked, mine, other.priority, say, wanted)
    inside = forced_inside(asked, mine, other)
    if not shared and inside is not None:
        say += "; what both name needs mkForce, or it is a conflict"
        shared = rewrite(asked, mine, other.priority, say, wanted, inside)
    found += shared
    return found


def includes(asked: Asked, mine: Part, other: Part) -> Callable[[Any], bool]:
    """Whether a value has the items of both definitions; for sets mine go first."""
    first, second = asked.look(mine.value), asked.look(other.value)

    def has(value: Any) -> bool:
        if type(value) is not type(first):
            return False
        if type(value) is dict:
            return set(value) >= {*first, *second}
        return len(value) >= len(first) + len(second)

    return has


def repeat(mine: Part, other: Part) -> str:
    """The items of two definitions that are written as lists or sets, in one."""
    if mine.written is None or other.written is None:
        return ""
    lists = other.written.items(), mine.written.items()
    if lists[0] is not None and lists[1] is not None:
        return f"[ {' '.join([*lists[0], *lists[1]])} ]"
    sets = other.written.bindings(), mine.written.bindings()
    if sets[0] is not None and sets[1] is not None:
        return set_text({**sets[0], **sets[1]})
    return ""


def set_text(bindings: dict[str, str]) -> str:
    """A set as one writes it on a line."""
    return f"{{ {' '.join(f'{attribute_name(name)} = {text};' for name, text in bindings.items())} }}"


def forced_inside(asked: Asked, mine: Part, other: Part) -> str | None:
    """A set as it is written, with `lib.mkForce` before each value whose name the other has as well."""
    others = asked.look(other.value)
    bindings = mine.written.bindings() if mine.written is not None else None
    if bindings is None or type(others) is not dict:
        return None
    return set_text(
        {name: f"lib.mkForce {text}" if name in others else text for name, text in bindings.items()}
    )


def outvoted(asked: Asked, option: Option) -> list[Advice]:
    """How a discarded definition would win against one that was forced, or that nobody wrote."""
    kept = option.kept()
    if len(kept) != 1 or (kept[0].priority >= PLAIN and not kept[0].from_option):
        return []
    best = kept[0].priority
    found: list[Advice] = []
    for part in option.parts:
        if part.state == DISCARDED and not part.is_default and part.priority < OPTION_DEFAULT:
            target = 90 if best == PLAIN else best - 1
            value = asked.look(part.value)
            say = f"to have this one, give it a lower number than {best}"
            found += rewrite(asked, part, target, say, equal_to(value))
    return found


# -- what a type drops


def deeper_type(asked: Asked, option: Option) -> list[Advice]:
    """For `types.attrs`: both in one definition, or the type that merges all the way down."""
    lost = lost_names(asked, option)
    if not lost:
        return []
    name, part, other = lost[0]
    found = in_one(asked, option, name, part, other)
    written = asked.options.writing(option.declared["type"]) if "type" in option.declared else None
    value: Any = written.value if written is not None else None
    if (
        written is None
        or written.definition is None
        or type(value) is not n.Select
        or value.path[-1] != "attrs"
    ):
        return found
    source = written.definition.source
    prefix = source.text[value.start : value.end].removesuffix("attrs")
    text = f"{prefix}attrsOf {prefix}anything"
    changes = [Change(source.name, value.start, value.end, text)]
    result = attempt(asked.program, asked.found, changes, asked.path)
    if result.ok and not same(asked, result):
        say = "or, if the module is yours: a type that merges all the way down"
        found.append(Advice(say, f"type = {text};", written.place, told(asked, result), changes))
    return found


def in_one(asked: Asked, option: Option, name: str, part: Part, other: Part) -> list[Advice]:
    """What is lost, written where it is not."""
    first = asked.options.writing(asked.look(other.value)[name], name)
    second = asked.options.writing(asked.look(part.value)[name], name)
    sets = [item.bindings() if item is not None else None for item in (first, second)]
    if first is None or sets[0] is None or sets[1] is None:
        return []
    text = set_text({**sets[1], **sets[0]})
    code, changes = with_priority(first, PLAIN, text)
    result = attempt(asked.program, asked.found, changes, asked.target)
    if not result.ok or same(asked, result):
        return []
    path = f"{first.path} = " if first.names else ""
    code = f"{path}{code};"
    return [Advice("write both in one definition", code, first.place, told(asked, result), changes)]


def only_default(asked: Asked, option: Option) -> list[Advice]:
    """Where nothing was defined: how it is."""
    kept = option.kept()
    if len(option.parts) > 1 or (kept and not kept[0].is_default):
        return []
    name = ".".join(map(attribute_name, option.loc))
    say = f"to change it, define it in a module; its type is {type_text(asked, option)}"
    return [Advice(say, f"{name} = …;", None, "")]
