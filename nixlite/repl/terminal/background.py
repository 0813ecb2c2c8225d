"""Whether the terminal's background is dark or light: it is asked, and the answer comes among the keys.

The question is xterm's "OSC 11", which most terminals answer within milliseconds and the others pass over.
Nothing waits for it: until it comes, colours are those that can be read on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.application import Application
    from prompt_toolkit.key_binding import KeyPressEvent

    from nixlite.host.host import Host
    from nixlite.repl.style import Style

QUESTION = "\x1b]11;?\x1b\\"
BEGINNING = ("escape", "]", "1", "1", ";")
ENDS = (("escape", "\\"), ("c-g",))
LENGTHS = (12, 18, 24)
"""Characters of `rgb:hh/hh/hh`, `rgb:hhhh/hhhh/hhhh` and `rgba:hhhh/hhhh/hhhh/hhhh`."""
SILENT = ("linux", "dumb", "eterm", "eterm-color", "cons25", "vt100", "vt220")
"""Values of TERM of terminals that do not know the question."""
MIDDLE = 0.4
"""Backgrounds that are brighter than this, of 1, are light."""


def prepare(prompt: PromptSession[str], style: Style, host: Host) -> None:
    """Find out what a line editor's terminal is like, by the environment and by asking it."""
    style.many = prompt.output.get_default_color_depth() not in (
        ColorDepth.DEPTH_1_BIT,
        ColorDepth.DEPTH_4_BIT,
    )
    if style.background:
        return  # it is that of the session that this one is opened in
    terminal = host.get_env("TERM")
    style.background = "dark" if terminal == "linux" else of_variable(host.get_env("COLORFGBG"))
    if terminal in SILENT or not style.colour or style.compat or not prompt.output.responds_to_cpr:
        return

    def ask(app: Application[str]) -> None:
        """Once, when the terminal no longer shows what it gets."""
        app.after_render -= ask
        app.output.write_raw(QUESTION)
        app.output.flush()

    prompt.app.after_render += ask


def of_variable(text: str) -> str:
    """What `COLORFGBG` says, `foreground;background` by numbers of the sixteen colours; "" for nothing."""
    number = text.rpartition(";")[2]
    if not number.isdecimal():
        return ""
    return "dark" if int(number) in (0, 1, 2, 3, 4, 5, 6, 8) else "light"


def answer_bindings(style: Style) -> KeyBindings:
    """The keys that an answer consists of; `style.background` is then what it says."""
    bindings = KeyBindings()

    def take(event: KeyPressEvent) -> None:
        text = "".join([press.data for press in event.key_sequence])
        style.background = kind_of(text) or style.background
        event.app.invalidate()

    for length in LENGTHS:
        for end in ENDS:
            bindings.add(*BEGINNING, *[Keys.Any] * length, *end, eager=True)(take)
    return bindings


def kind_of(answer: str) -> str:
    """Whether an answer, which has `rgb:RR/GG/BB` in it, means "dark" or "light"; "" for neither."""
    colours = answer.partition(":")[2].rstrip("\x1b\\\a").split("/")[:3]
    try:
        parts = [int(colour, 16) / (16 ** len(colour) - 1) for colour in colours]
    except (ValueError, ZeroDivisionError):
        return ""
    if len(parts) < 3:
        return ""
    red, green, blue = parts
    return "light" if 0.299 * red + 0.587 * green + 0.114 * blue > MIDDLE else "dark"
