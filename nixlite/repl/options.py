"""`:set`: the options of a session, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError, did_you_mean
from nixlite.runtime.messages import UNLIMITED
from nixlite.spelling import natural

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.session import Session


class Option(NamedTuple):
    """A row of the table: how the value is read from text and shown, where it is kept, what it does."""

    values: str
    get: Callable[[Session], object]
    set: Callable[[Session, object], None]
    help: str


NUMBER, SWITCH = "NUMBER | all", "on | off"


def layout_option(attribute: str, values: str, help: str) -> Option:  # noqa: A002
    """An option of `LayoutOptions`."""

    def put(session: Session, value: object) -> None:
        setattr(session.style.layout, attribute, value)

    return Option(values, lambda session: getattr(session.style.layout, attribute), put, help)


def session_option(attribute: str, values: str, help: str) -> Option:  # noqa: A002
    """An attribute of the session."""
    return Option(
        values,
        lambda session: getattr(session, attribute),
        lambda session, value: setattr(session, attribute, value),
        help,
    )


def set_style(session: Session, value: object) -> None:
    """Change between nixlite's and Nix's way of writing answers; the commands stay."""
    session.style.nix_values = value == "nix"


def set_pure(session: Session, value: object) -> None:
    """Hide files and environment, or show them, from now on."""
    session.evaluator.settings.pure_eval = bool(value)


OPTIONS: dict[str, Option] = {
    "depth": layout_option("max_depth", NUMBER, "how deep sets and lists are shown and evaluated"),
    "attributes": layout_option("max_attributes", NUMBER, "how many attributes of a set are shown"),
    "items": layout_option("max_items", NUMBER, "how many elements of a list are shown"),
    "lambdas": layout_option("long_lambdas", SWITCH, "show functions with name and place"),
    "style": Option(
        "nixlite | nix",
        lambda session: "nix" if session.style.nix_values else "nixlite",
        set_style,
        "how values are written",
    ),
    "strict": session_option("strict", SWITCH, "evaluate answers all through, so that errors in them stop"),
    "traces": session_option("show_trace", SWITCH, "show full error traces (:te)"),
    "pure": Option(
        SWITCH,
        lambda session: session.evaluator.settings.pure_eval,
        set_pure,
        "pure evaluation of further inputs",
    ),
    "pager": session_option("pager", SWITCH, "show answers longer than the screen in $PAGER"),
    "keys": session_option("keys", "emacs | vi", "keys of the line editor"),
    "suggest": session_option("suggest", SWITCH, "suggest the rest of a line from the history"),
}


def set_option(session: Session, text: str) -> str:
    """`:set`, `:set NAME`, `:set NAME VALUE`."""
    words = text.replace("=", " ").split()
    if not words:
        rows = [(f"{name} = {shown(row.get(session))}", row) for name, row in OPTIONS.items()]
        return "\n".join(f"{label:20}{row.help} ({row.values})" for label, row in rows)
    name = words[0]
    option = OPTIONS.get(name)
    if option is None:
        raise NixError(f"there is no option '{name}'", hint=did_you_mean(name, OPTIONS))
    if len(words) == 1:
        return f"{name} = {shown(option.get(session))}"
    option.set(session, read(option, name, " ".join(words[1:])))
    return ""


def read(option: Option, name: str, text: str) -> object:
    """The value that *text* means; raises NixError when it means none."""
    if option.values == NUMBER:
        if text == "all":
            return UNLIMITED
        number = natural(text)
        if number is not None:
            return number
    elif option.values == SWITCH:
        if text in ("on", "true", "1"):
            return True
        if text in ("off", "false", "0"):
            return False
    elif text in option.values.split(" | "):
        return text
    raise NixError(f"'{name}' is one of: {option.values}")


def shown(value: object) -> str:
    """A value as `:set` takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "all" if value == UNLIMITED else str(value)
