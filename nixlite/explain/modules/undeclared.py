"""A definition of an option that nobody declares: where it is, and which option may have been meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import levenshtein
from nixlite.explain.brief import brief, forcing, shown_file, shown_place
from nixlite.explain.modules.asked import shown_path
from nixlite.explain.modules.options import Options, text_of
from nixlite.explain.recording.recorder import settled
from nixlite.explain.trials import Advice, Change, attempt
from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from nixlite.explain.modules.asked import Asked
    from nixlite.explain.modules.written import Writing
    from nixlite.explain.trials import Outcome

FIRST = "firstDef"
"""The variable of `lib/modules.nix` that holds the definition which it complains about."""

NEAR = 3
"""How many letters may be different in a name that was meant."""


class Undeclared(NamedTuple):
    """The definition: the path that is no option, inside of the value of the option *within* (empty: of
    none), its value's lazy, where it is written, the file."""

    loc: tuple[str, ...]
    within: tuple[str, ...]
    value: Any
    written: Writing | None
    file: str


class Meant(NamedTuple):
    """An option (or a set of options) whose name is near: its path, and where it is declared."""

    loc: tuple[str, ...]
    written: Writing | None


def undeclared(asked: Asked) -> Undeclared | None:
    """The definition that the module system refused, None if it refused none."""
    found = asked.found
    for node in found.recorder.forced():
        if node.place is None or not node.place[0].endswith("/modules.nix"):
            continue
        entry = found.places.of(node)
        given = settled(node.cell)
        if entry is None or entry.name != FIRST or type(given) is not dict or "prefix" not in given:
            continue
        names = asked.look(given["prefix"])
        loc = tuple([text_of(asked.look(name)) for name in names]) if type(names) is tuple else ()
        asked.options.refresh()
        asked.options.library = asked.options.library or node.place[0].rpartition("/")[0] + "/"
        asked.look(given["value"])  # so that it is known whose value it is
        written = asked.options.writing(given["value"], loc[-1] if loc else "")
        return Undeclared(
            loc, within(asked, loc), given["value"], written, text_of(asked.look(given["file"]))
        )
    return None


def within(asked: Asked, loc: tuple[str, ...]) -> tuple[str, ...]:
    """The option in whose value a path is, when that is a submodule: the message says it before."""
    match = re.search(r"option `(.*?)' does not exist", str(asked.error))
    shown = shown_path(loc)
    before = match[1].removesuffix(shown) if match is not None and match[1].endswith("." + shown) else ""
    locs = {loc for loc in asked.options.locs.values() if shown_path(loc) + "." == before}
    return next(iter(locs), ())


def meant(asked: Asked, bad: Undeclared) -> list[Meant]:
    """The options whose names are near, nearest first; the same modules are asked, without the check."""
    found = asked.extended("{ _module.check = false; }", ("options",))
    if found is None or type(found.value) is not dict:
        return []
    look, options = forcing(found.found), Options(found.found)
    options.refresh()
    options.library = asked.options.library
    at: Any = found.value
    for name in bad.within:
        inner = look(at.get(name))
        at = inner if type(inner) is dict else {}
        if look(at.get("_type")) == "option":
            at = sub_options(found, at)
            break
    for depth, name in enumerate(bad.loc):
        if name in at and type(look(at[name])) is dict:
            at = look(at[name])
            if look(at.get("_type")) == "option":
                return []  # an option of another type than was thought
            continue
        near = sorted(
            (levenshtein(name.lower(), other.lower(), NEAR), other) for other in at if other != "_module"
        )
        return [
            Meant((*bad.within, *bad.loc[:depth], other), options.declaration(first_option(look, at[other])))
            for distance, other in near[:3]
            if distance <= min(NEAR, max(1, len(name) // 2))
        ]
    return []


def sub_options(found: Outcome, option: dict[str, Any]) -> dict[str, Any]:
    """The options of a submodule, of an option whose type has some."""
    look, evaluator = forcing(found.found), found.found.evaluator
    kind = look(option.get("type"))
    if type(kind) is not dict or "getSubOptions" not in kind:
        return {}
    function, call = look(kind["getSubOptions"]), evaluator.base["call"]
    _, value = found.found.recorder.ask(lambda: evaluator.guard(lambda x: call(function, x), ()))
    return value if type(value) is dict else {}


def first_option(look: Any, cell: Any) -> dict[str, Any]:
    """The declaration of an option; of a set of options that of the first."""
    value = look(cell)
    while type(value) is dict and look(value.get("_type")) != "option" and value:
        value = look(next(iter(value.values())))
    return value if type(value) is dict else {}


def explain(asked: Asked, bad: Undeclared) -> tuple[list[str], list[Advice]]:
    """(what is to be said, what to do)."""
    place = (
        shown_place(bad.written.place, asked.base)
        if bad.written is not None
        else shown_file(bad.file, asked.base)
    )
    name = shown_path((*bad.within, *bad.loc))
    value = brief(bad.value, 2, asked.look)
    effect = "no module declares it, and so nothing of the configuration can be evaluated"
    lines = [f"`{name}` at {place} (= {value}) is no option: {effect}."]
    candidates = meant(asked, bad)
    found: list[Advice] = []
    for item in candidates:
        where = (
            f", declared at {shown_place(item.written.place, asked.base)}" if item.written is not None else ""
        )
        lines.append(f"An option with a name like it is {shown_path(item.loc)}{where}.")
        if not found:
            found = renamed(asked, bad, item)
    if not candidates:
        say = "declare the option, or take the definition away"
        found = [Advice(say, f"options.{name} = lib.mkOption {{ type = …; }};", None, "")]
    return lines, found


def renamed(asked: Asked, bad: Undeclared, item: Meant) -> list[Advice]:
    """The definition with the other name."""
    written = bad.written
    old, new = bad.loc[len(item.loc) - len(bad.within) - 1], item.loc[-1]
    if written is None or written.definition is None or written.value is None:
        return []
    source = written.definition.source
    path = source.text[written.start : written.value.start]
    token = attribute_name(old)
    at = path.rfind(token)
    if at < 0 or not written.names:
        return []
    start = written.start + at
    change = Change(source.name, start, start + len(token), attribute_name(new))
    result = attempt(asked.program, asked.found, [change], asked.path)
    if not result.ok:
        return []
    code = path[:at] + attribute_name(new) + path[at + len(token) :] + written.source_of(written.value)
    told = f"{asked.name} is then {brief(result.value, 2, forcing(result.found))}"
    return [Advice(f"write `{new}`", f"{' '.join(code.split())};", written.place, told, [change])]
