"""The REPL on a terminal: editing, history, completion and colours by prompt_toolkit and Pygments."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.nix import NixLexer

from nixlite.repl.app import CONTINUATION, PROMPT, deliver
from nixlite.repl.completion import complete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyPressEvent

    from nixlite.repl.session import Session
    from nixlite.runtime.host import Host

INDENT = "  "
SOON = 0.001  # seconds


def run_terminal(session: Session, **prompt_options: Any) -> int:
    """Talk with a person until they leave; *prompt_options* (input, output) are for tests."""
    host = session.evaluator.host
    prompt = make_prompt(session, **prompt_options)
    while True:
        try:
            text = prompt.prompt(PROMPT)
        except KeyboardInterrupt:  # Ctrl-C gives up the line
            continue
        except EOFError:
            return 0
        session.style.layout.width = prompt.output.get_size().columns
        with stubborn_interrupts():
            reply = session.send(text)
        if reply.incomplete:  # what Enter would not have let pass was accepted by force
            host.write_stderr("error: this is not a complete expression\n")
            continue
        deliver(reply, host)
        if reply.quit:
            return 0
        if session.style.compat:
            host.write_stdout("\n")
            host.flush()


@contextmanager
def stubborn_interrupts() -> Iterator[None]:
    """See to it that Ctrl-C stops what runs inside.

    A KeyboardInterrupt that is raised while Python happens to run a destructor is reported and lost, and
    those of prompt_toolkit's event loops run whenever the collector comes by; so a lost one is raised again.
    """
    import signal

    def again(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def on_loss(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, SOON)
        else:
            sys.__unraisablehook__(lost)

    handler, hook = signal.signal(signal.SIGALRM, again), sys.unraisablehook
    sys.unraisablehook = on_loss
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        sys.unraisablehook = hook


def make_prompt(session: Session, **options: Any) -> PromptSession[str]:
    """The line editor for a session."""
    host = session.evaluator.host
    colour = session.style.colour
    return PromptSession(
        history=open_history(host),
        auto_suggest=AutoSuggestFromHistory(),
        completer=NixCompleter(session),
        complete_while_typing=False,
        lexer=PygmentsLexer(NixLexer) if colour else None,
        multiline=True,
        prompt_continuation=CONTINUATION,
        key_bindings=key_bindings(session),
        enable_history_search=True,
        vi_mode=(host.get_env("EDITOR") or "").endswith(("vi", "vim")) and wants_vi(host),
        **options,
    )


def wants_vi(host: Host) -> bool:
    """Whether the user's readline is set to vi keys."""
    try:
        text = host.read_bytes(f"{host.home()}/.inputrc").decode(errors="replace")
    except Exception:
        return False
    return any(line.split() == ["set", "editing-mode", "vi"] for line in text.splitlines())


def key_bindings(session: Session) -> KeyBindings:
    """Enter sends what is complete and else begins a line, indented like the one before."""
    bindings = KeyBindings()

    def is_complete() -> bool:
        from prompt_toolkit.application import get_app

        buffer = get_app().current_buffer
        return not session.is_incomplete(buffer.text)

    @bindings.add("enter", filter=Condition(is_complete))
    def send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @bindings.add("enter", filter=~Condition(is_complete))
    def open_line(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        line = buffer.document.current_line_before_cursor
        deeper = INDENT if line.rstrip().endswith(("{", "[", "(", "=", ":", "let", "in", "''")) else ""
        buffer.insert_text("\n" + line[: len(line) - len(line.lstrip())] + deeper)

    for bracket in "}])":
        bindings.add(bracket)(close_bracket)
    return bindings


def close_bracket(event: KeyPressEvent) -> None:
    """A closing bracket that begins a line goes back one step of indentation."""
    buffer = event.current_buffer
    before = buffer.document.current_line_before_cursor
    if before.endswith(INDENT) and not before.strip():
        buffer.delete_before_cursor(len(INDENT))
    buffer.insert_text(event.data)


class NixCompleter(Completer):
    """prompt_toolkit's view of `completion.complete`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The candidates at the cursor."""
        for candidate in complete(self.session, document.text_before_cursor):
            yield Completion(
                candidate.text, start_position=-candidate.length, display_meta=candidate.note or None
            )


def open_history(host: Host) -> History:
    """The history file in the user's state directory; in memory where that cannot be written."""
    state = host.get_env("XDG_STATE_HOME") or f"{host.home()}/.local/state"
    directory = os.path.join(state, "nixlite")
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        path = os.path.join(directory, "repl-history")
        with open(path, "ab"):
            pass
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
