"""The REPL on a terminal: editing, history, completion and colours by prompt_toolkit."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory, ConditionalAutoSuggest
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress, merge_key_bindings
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import DynamicStyle

from nixlite.observe.watch import Watch, stop_timer
from nixlite.repl import memory
from nixlite.repl.prompts import CONTINUATION
from nixlite.repl.terminal.background import answer_bindings, prepare
from nixlite.repl.terminal.completion import complete_or_fail
from nixlite.repl.terminal.highlighting import NixLexer
from nixlite.repl.terminal.inspecting import status
from nixlite.repl.terminal.keys import EDIT, key_bindings
from nixlite.repl.terminal.remembering import keys_after_history, open_history
from nixlite.repl.terminal.style import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from typing import Any

    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.styles import BaseStyle

    from nixlite.host.host import Host
    from nixlite.repl.conversation import Conversation, Reply
    from nixlite.repl.style import Style
    from nixlite.repl.terminal.completion import Candidate
    from nixlite.repl.terminal.early import EarlyPrompt

SOON = 0.001  # seconds
LONG = 1000
"""Characters of an input from which on the bar waits for a pause."""
PAUSE = 0.2  # seconds
ROOM = 8
"""Rows that are kept free for the menu, where there are so many."""
MENU = 1000
"""Completions that are shown in the menu, which takes its time for each."""


def run_terminal(conversation: Conversation, early: EarlyPrompt | None = None, **prompt_options: Any) -> int:
    """Talk with a person until they leave; *early*: what they see as yet. *prompt_options* (input, output)
    are for tests."""
    host = conversation.evaluator.host
    if wants_vi(host):
        conversation.keys = "vi"
    prompt = make_prompt(conversation, **prompt_options)
    prepare(prompt, conversation.style, host)
    stop_timer()  # a debugger's session runs while the input of another is evaluated
    draft = "" if early is None else early.text
    if early is not None and early.rest:
        store_typeahead(prompt.app.input, keys_of(early.rest))  # before what the terminal has by now
    while True:
        vi = conversation.keys == "vi"
        prompt.editing_mode = EditingMode.VI if vi else EditingMode.EMACS
        # Escape begins other keys, too: whoever leaves the insert mode of vi does not wait for them.
        prompt.app.timeoutlen, prompt.app.ttimeoutlen = (0.1, 0.05) if vi else (1.0, 0.5)
        prompt.reserve_space_for_menu = max(0, min(ROOM, prompt.output.get_size().rows - 3))
        prompt.color_depth = None if conversation.style.colour else ColorDepth.DEPTH_1_BIT
        if early is not None:
            early.end()
        try:
            text = prompt.prompt(
                conversation.prompt, default=draft, pre_run=lambda: keys_after_history(prompt)
            )
        except KeyboardInterrupt:  # Ctrl-C gives up the line
            draft = ""
            continue
        except EOFError:
            return 0
        draft = ""
        if text.strip() in EDIT and not conversation.style.compat:
            draft = edit_last(conversation)
            continue
        size = prompt.output.get_size()
        conversation.style.layout.width = size.columns
        with stubborn_interrupts(), watching(conversation):
            reply = conversation.send(text)
        if reply.incomplete:  # what Enter would not have let pass was accepted by force
            host.write_stderr("error: this is not a complete expression\n")
            continue
        show(conversation, reply, size.rows)
        memory.settle()
        if reply.quit:
            return 0
        if conversation.style.compat:
            host.write_stdout("\n")
            host.flush()


def keys_of(data: bytes) -> list[KeyPress]:
    """The keys that a terminal's bytes mean."""
    found: list[KeyPress] = []
    parser = Vt100Parser(found.append)
    parser.feed(data.decode("utf-8", "surrogateescape"))
    parser.flush()
    return found


def watching(conversation: Conversation) -> AbstractContextManager[object]:
    """While this lasts, a line tells of an evaluation that takes long."""
    if not conversation.progress:
        return nullcontext()
    conversation.telling = Watch(conversation.evaluator.host, conversation.evaluator)
    return conversation.telling


def edit_last(conversation: Conversation) -> str:
    """The last input after a visit to the user's editor: what is typed next begins with it."""
    from nixlite.errors import NixError
    from nixlite.repl.commands.editing import edit_text

    inputs = [text for text, _ in conversation.transcript if not text.startswith(EDIT)]
    try:
        return edit_text(conversation, inputs[-1] if inputs else "").rstrip("\n")
    except NixError as error:
        conversation.evaluator.host.write_stderr(f"error: {error.message}\n")
        return ""


def show(conversation: Conversation, reply: Reply, rows: int) -> None:
    """Write the reply, in the pager if that is wanted and the screen is too small."""
    theme = None if conversation.style.compat else conversation.style.current_theme()
    pager = conversation.evaluator.host.get_env("PAGER") or "less -FRX"
    if (
        conversation.pager
        and not conversation.style.compat
        and reply.text.count("\n") >= rows
        and pager != "cat"
    ):
        import subprocess

        text = reply.text if theme is None else theme.painted(reply.text)
        data = text.encode("utf-8", "surrogateescape")
        environment = {"LESSCHARSET": "utf-8", **os.environ}
        try:
            subprocess.run(pager, shell=True, input=data, check=True, env=environment)
        except (subprocess.CalledProcessError, KeyboardInterrupt):
            pass  # a pager that is missing says so itself; then the plain text follows
        else:
            return
    reply.deliver(conversation.evaluator.host, theme)


@contextmanager
def stubborn_interrupts() -> Iterator[None]:
    """See to it that Ctrl-C stops what runs inside.

    A KeyboardInterrupt that is raised while Python happens to run a destructor is reported and lost, and
    those of prompt_toolkit's event loops run whenever the collector comes by; so a lost one is raised again.
    (By the timer of the program's own processor time, for the one of real time is the progress line's.)
    """
    import signal

    def again(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def on_loss(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_VIRTUAL, SOON)
        else:
            sys.__unraisablehook__(lost)

    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    handler, hook = signal.signal(signal.SIGVTALRM, again), sys.unraisablehook
    sys.unraisablehook = on_loss
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
        sys.unraisablehook = hook


def make_prompt(conversation: Conversation, **options: Any) -> PromptSession[str]:
    """The line editor for a session."""
    host = conversation.evaluator.host
    style = conversation.style
    completer = NixCompleter(conversation)
    suggesting = Condition(lambda: conversation.suggest)
    return PromptSession(
        history=open_history(host, conversation.evaluator.settings.cwd),
        auto_suggest=ConditionalAutoSuggest(AutoSuggestFromHistory(), suggesting),
        completer=completer,
        complete_while_typing=False,
        lexer=NixLexer(conversation.reader),
        input_processors=[HighlightMatchingBracketProcessor()],
        bottom_toolbar=None if conversation.style.compat else Bar(conversation, completer),
        style=DynamicStyle(Look(style)),
        color_depth=None if style.colour else ColorDepth.DEPTH_1_BIT,
        multiline=True,
        prompt_continuation=continuation,
        key_bindings=merge_key_bindings([key_bindings(conversation), answer_bindings(style)]),
        enable_history_search=True,
        tempfile_suffix=".nix",
        **options,
    )


class Look:
    """The editor's style in the theme that there is now."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.made: dict[str, BaseStyle] = {}

    def __call__(self) -> BaseStyle:
        """What prompt_toolkit draws with."""
        theme = self.style.current_theme()
        if theme.name not in self.made:
            self.made[theme.name] = look(theme)
        return self.made[theme.name]


def vi_sign() -> str:
    """What says that keys are no text now, with vi's keys."""
    from prompt_toolkit.filters import vi_navigation_mode, vi_selection_mode

    return "[VISUAL] " if vi_selection_mode() else "[NORMAL] " if vi_navigation_mode() else ""


def continuation(width: int, line: int, wraps: int) -> str:
    """What stands before a line that is not the first, and before the rest of one that is too long."""
    return CONTINUATION[-width:] if not wraps else " " * width


def wants_vi(host: Host) -> bool:
    """Whether the user's readline is set to vi keys."""
    try:
        text = host.read_bytes(f"{host.home()}/.inputrc").decode(errors="replace")
    except Exception:
        return False
    return any(line.split() == ["set", "editing-mode", "vi"] for line in text.splitlines())


class Bar:
    """The line at the bottom: what `inspecting.status` says, or what went wrong while completing.

    Of a long input it says something when typing pauses.
    """

    def __init__(self, conversation: Conversation, completer: NixCompleter) -> None:
        self.conversation = conversation
        self.completer = completer
        self.known: tuple[tuple[str, int, int], tuple[str, bool]] | None = None
        self.waiting: TimerHandle | None = None
        self.shown: tuple[tuple[str, int, int], list[str]] | None = None

    def __call__(self) -> StyleAndTextTuples:
        """What prompt_toolkit draws: above the bar what is written about the completion that is chosen."""
        from prompt_toolkit.application import get_app

        buffer = get_app().current_buffer
        text, is_error = self.text(buffer)
        size = get_app().output.get_size()
        line = vi_sign() + " ".join(text.split())
        if len(line) >= size.columns:
            line = line[: size.columns - 2] + "…"
        shown: StyleAndTextTuples = []
        look = "class:document.head"
        for part in self.pane(buffer, size):
            shown.append((look, f" {part}".ljust(size.columns - 1)))
            shown.append(("", "\n"))
            look = "class:document"
        return [*shown, ("class:bottom-toolbar.error" if is_error else "", line)]

    def pane(self, buffer: Buffer, size: Size) -> list[str]:
        """The lines about the completion that is chosen in the menu."""
        state = buffer.complete_state
        chosen = state.current_completion if state is not None else None
        candidate = self.completer.candidates.get(chosen.display_text) if chosen is not None else None
        if candidate is None:
            self.shown = None
            return []
        key = (candidate.text, size.columns, size.rows)
        if self.shown is None or self.shown[0] != key:
            from nixlite.repl.terminal.pane import pane_lines

            self.shown = key, pane_lines(self.conversation, candidate, size.columns, size.rows)
        return self.shown[1]

    def text(self, buffer: Buffer) -> tuple[str, bool]:
        """The text for the current input, made once."""
        if self.completer.error and self.completer.text == buffer.document.text_before_cursor:
            many = bool(self.completer.candidates)
            return self.completer.error if many else f"completing: {self.completer.error}", not many
        key = (buffer.text, buffer.cursor_position, self.conversation.inputs)
        if self.known is not None and self.known[0] == key:
            return self.known[1]
        if len(buffer.text) <= LONG:
            return self.find(key)
        self.find_later(key)
        return "", False

    def find(self, key: tuple[str, int, int]) -> tuple[str, bool]:
        """The text for an input and a place in it."""
        try:
            found = status(self.conversation, key[0], key[1])
        except RecursionError:
            found = "", False
        self.known = key, found
        return found

    def find_later(self, key: tuple[str, int, int]) -> None:
        """Find the text when nothing has been typed for a while, and draw it."""
        from prompt_toolkit.application import get_app

        app = get_app()
        if self.waiting is not None:
            self.waiting.cancel()

        def find() -> None:
            self.find(key)
            app.invalidate()

        if app.loop is not None:
            self.waiting = app.loop.call_later(PAUSE, find)


class NixCompleter(Completer):
    """prompt_toolkit's view of `completion`; `error` is what went wrong for `text`, `candidates` are those
    found, by what they write."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.text = self.error = ""
        self.candidates: dict[str, Candidate] = {}

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The candidates at the cursor."""
        self.text = document.text_before_cursor
        found, self.error = complete_or_fail(self.conversation, self.text)
        if len(found) > MENU:  # with the last, so that what all begin with stays what all begin with
            self.error = f"{len(found)} names, the first {MENU} in the menu; a letter more narrows it"
            found = [*found[: MENU - 1], found[-1]]
        self.candidates = {candidate.text: candidate for candidate in found}
        for candidate in found:
            yield Completion(
                candidate.text, start_position=-candidate.length, display_meta=candidate.note or None
            )
