"""`:set`: the options of a session, as a table; and `:te`, which is older."""

from __future__ import annotations

from nixlite.errors import NixError, did_you_mean
from nixlite.formats.nix.layout import FOREVER
from nixlite.repl.commands.declaring import command
from nixlite.runtime.messages import UNLIMITED
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.repl.conversation import Conversation


class Option:
    """A row of the table: how the value is read from text and shown, where it is kept, what it does."""

    __slots__ = ("get", "help", "set", "values")

    def __init__(
        self,
        values: str,
        get: Callable[[Conversation], object],
        put: Callable[[Conversation, object], None],
        help: str,  # noqa: A002
    ) -> None:
        self.values = values
        self.get = get
        self.set = put
        self.help = help


COLUMN = 20
NUMBER, SWITCH = "NUMBER | all", "on | off"


def layout_option(attribute: str, values: str, help: str) -> Option:  # noqa: A002
    """An option of `LayoutOptions`."""

    def put(conversation: Conversation, value: object) -> None:
        setattr(conversation.style.layout, attribute, value)

    return Option(values, lambda conversation: getattr(conversation.style.layout, attribute), put, help)


def conversation_option(attribute: str, values: str, help: str) -> Option:  # noqa: A002
    """An attribute of the session."""
    return Option(
        values,
        lambda conversation: getattr(conversation, attribute),
        lambda conversation, value: setattr(conversation, attribute, value),
        help,
    )


def set_style(conversation: Conversation, value: object) -> None:
    """Change between nixlite's and Nix's way of writing answers; the commands stay."""
    conversation.style.nix_values = value == "nix"


def set_pure(conversation: Conversation, value: object) -> None:
    """Hide files and environment, or show them, from now on."""
    from nixlite.repl.purity import leave_purity, make_pure

    if bool(value) != conversation.evaluator.settings.pure_eval:
        (make_pure if value else leave_purity)(conversation)


def set_theme(conversation: Conversation, value: object) -> None:
    """Take other colours; what is on the screen keeps its own."""
    conversation.style.set_theme(str(value))
    if value == "auto" and not conversation.evaluator.host.stdout_colour():  # NO_COLOR
        conversation.style.colour = conversation.style.layout.colour = False


def set_vi(conversation: Conversation, value: object) -> None:
    """`:set vi on` is what many look for."""
    conversation.keys = "vi" if value else "emacs"


OPTIONS: dict[str, Option] = {
    "depth": layout_option("max_depth", NUMBER, "how deep sets and lists are shown and evaluated"),
    "attributes": layout_option("max_attributes", NUMBER, "how many attributes of a set are shown"),
    "items": layout_option("max_items", NUMBER, "how many elements of a list are shown"),
    "patience": layout_option("patience", NUMBER, "seconds for evaluating what is deep in an answer"),
    "lambdas": layout_option(
        "lambdas", "auto | short | long", "functions: by what tells them apart, «lambda», or as Nix has them"
    ),
    "lines": layout_option("lines", SWITCH, "show strings of several lines as ''…''"),
    "style": Option(
        "nixlite | nix",
        lambda conversation: "nix" if conversation.style.nix_values else "nixlite",
        set_style,
        "how values are written",
    ),
    "theme": Option(
        "auto | dark | light | none",
        lambda conversation: conversation.style.theme if conversation.style.colour else "none",
        set_theme,
        "colours: those that suit the terminal's background",
    ),
    "strict": conversation_option(
        "strict", SWITCH, "evaluate answers all through, so that errors in them stop"
    ),
    "traces": conversation_option("show_trace", SWITCH, "show full error traces (:te)"),
    "pure": Option(
        SWITCH,
        lambda conversation: conversation.evaluator.settings.pure_eval,
        set_pure,
        "evaluate without files, environment and time",
    ),
    "pager": conversation_option("pager", SWITCH, "show answers longer than the screen in $PAGER"),
    "keys": conversation_option("keys", "emacs | vi", "keys of the line editor"),
    "vi": Option(SWITCH, lambda conversation: conversation.keys == "vi", set_vi, "the same: keys vi"),
    "suggest": conversation_option("suggest", SWITCH, "suggest the rest of a line from the history"),
}


@command(":set", own_argument="[option [value]]", help="Show or set an option", own=True)
def set_option(conversation: Conversation, text: str) -> str:
    """`:set` lists the options with their values, `:set depth 2` sets one."""
    words = text.replace("=", " ").split()
    if not words:
        from nixlite.repl.commands.overview import folded

        rows = [(f"{name} = {shown(row.get(conversation))}", row) for name, row in OPTIONS.items()]
        lines = [f"{label:{COLUMN}}{row.help} ({row.values})" for label, row in rows]
        return "\n".join(folded(lines, conversation.style.layout.width, COLUMN))
    name = words[0]
    option = OPTIONS.get(name)
    if option is None:
        raise NixError(f"there is no option '{name}'", hint=did_you_mean(name, OPTIONS))
    if len(words) == 1:
        return f"{name} = {shown(option.get(conversation))}"
    option.set(conversation, read(option, name, " ".join(words[1:])))
    return ""


@command(
    ":te", ":trace-enable", argument="[bool]", help="Enable, disable or toggle showing traces for\nerrors"
)
def show_traces(conversation: Conversation, text: str) -> str:
    """Switch `--show-trace` on and off."""
    if text not in ("", "true", "false"):
        raise NixError(f"unexpected argument '{text}' to {conversation.command}")
    conversation.show_trace = not conversation.show_trace if not text else text == "true"
    return f"{'' if conversation.show_trace else 'not '}showing error traces"


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
    return "all" if value in (UNLIMITED, FOREVER) else str(value)
