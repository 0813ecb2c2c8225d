"""A cell is run: its inputs one after the other, each answer shown as soon as it is there.

    notebook = Notebook(Evaluator(Settings(), CellHost()))
    notebook.run("x = 20\\nx + 1", print)  # Output("execute_result", {"text/plain": "21"})

`serving` is what sends the outputs to Jupyter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.errors import NixError
from nixlite.explain.brief import folder_of
from nixlite.explain.graphs import to_svg
from nixlite.explain.steps import Trace
from nixlite.kernel.magics import cell_magic, run_cell_magic, with_commands
from nixlite.kernel.outputs import DISPLAY, HTML, PLAIN, RESULT, SVG, Output, failure, stream, texts_of
from nixlite.kernel.pictures import graph_of, trace_frame
from nixlite.kernel.sessions import CellHost, CellSession
from nixlite.kernel.values import html_of
from nixlite.repl import memory
from nixlite.repl.conversation import Reply

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.kernel.outputs import Show
    from nixlite.repl.inputs import Input
    from nixlite.runtime.values import Lazy

LONGEST = 200_000
"""Characters of one text that are sent: a notebook is a file, and browsers have to show it."""


class Notebook:
    """A session whose inputs are cells. `wants_to_leave`: the last one said `:q`."""

    def __init__(self, evaluator: Evaluator, auto_arguments: dict[str, Lazy] | None = None) -> None:
        """*evaluator* has a CellHost; *auto_arguments* are given to files that are functions, see `:l`."""
        assert isinstance(evaluator.host, CellHost)
        self.host = evaluator.host
        self.session = CellSession(evaluator, auto_arguments)
        self.wants_to_leave = False

    def run(self, code: str, show: Show) -> Output | None:
        """Run a cell and show what it gives; the error at which it ended, which is shown too."""
        self.wants_to_leave = False
        self.host.show = show
        try:
            error = self._run(code, show)
        except KeyboardInterrupt as interrupt:  # between two inputs, or while an answer is being drawn
            error = failure(interrupt, "")
        finally:
            self.host.show = None
        memory.settle()
        if error is not None:
            show(error)
        return error

    def _run(self, code: str, show: Show) -> Output | None:
        magic = cell_magic(code)
        if magic is not None:
            return self._run_magic(*magic, show)
        inputs = self.session.inputs_in(with_commands(self.session, code))
        if not inputs and begins_comment(self.session, code):
            return self._error_of(code)
        for given in inputs:
            error = (
                self._unfinished(given) if given.is_open else self._answer(given, given is inputs[-1], show)
            )
            if error is not None or self.wants_to_leave:
                return error
        return None

    def _run_magic(self, name: str, body: str, show: Show) -> Output | None:
        """A cell whose first line says what is to be done with the others."""
        session, ended = self.session, []
        session.reply = Reply()
        session.guarded(lambda: ended.append(run_cell_magic(session, name, body, show)))
        reply = session.reply
        if reply.incomplete:
            return self._error_of(body)
        pieces, text = texts_of(reply)
        show_pieces(pieces, show)
        return failure(reply.error, text) if reply.error is not None else ended[0] if ended else None

    def _unfinished(self, given: Input) -> Output:
        return self._error_of(given.text)

    def _error_of(self, text: str) -> Output:
        """The error of a text that ends too early, as the parser has it."""
        session = self.session
        session.reply = Reply()
        session.guarded(lambda: ends_too_early(session, text))
        return failure(session.reply.error, texts_of(session.reply)[1])

    def _answer(self, given: Input, is_last: bool, show: Show) -> Output | None:
        """Do what one input says; the error, if it has one."""
        session = self.session
        bound = len(session.bound)
        reply = session.send(given.text)
        if reply.incomplete:
            return self._error_of(given.text)
        pieces, error = texts_of(reply)
        is_command = given.text.lstrip().startswith(":")
        if reply.error is not None:
            show_pieces(pieces, show)
            return failure(reply.error, error)
        self.wants_to_leave = reply.quit
        if is_command:
            show_command(session, reply, pieces, show)
        elif len(session.bound) == bound:
            show_pieces([piece for piece in pieces if piece[0] == "err"], show)
            plain = "".join([text for name, text in pieces if name == "out"]).removesuffix("\n")
            show(Output(RESULT if is_last else DISPLAY, rich(session, reply.value, plain)))
        else:
            show_pieces(pieces, show)
        return None


def begins_comment(session: CellSession, code: str) -> bool:
    """Whether all there is in a cell is a comment without its end, which is no input."""
    given = session.new_input()
    for line in code.split("\n"):
        given.add(line)
    return given.is_open


def ends_too_early(session: CellSession, text: str) -> None:
    """Raise the error of a text that ends too early."""
    session.evaluator.parse(session.source(text))
    raise NixError("the cell ends too early")


def rich(session: CellSession, value: Any, plain: str) -> dict[str, str]:
    """A value in all the forms that front ends can choose from."""
    html = html_of(session, value, plain)
    return {PLAIN: shortened(plain)} | ({HTML: html} if html else {})


def show_command(session: CellSession, reply: Reply, pieces: list[tuple[str, str]], show: Show) -> None:
    """Show the answer of a command, with a picture where it is one that can be drawn."""
    if isinstance(reply.data, Trace):
        text = "".join([text for _, text in pieces]).rstrip("\n")
        show(Output(DISPLAY, {PLAIN: shortened(text), HTML: trace_frame(reply.data)}))
        return
    show_pieces(pieces, show)
    graph = graph_of(reply.data, folder_of(session.evaluator.state))
    if graph is not None:
        show(Output(DISPLAY, {PLAIN: f"«a picture of {len(graph.nodes)} values»", SVG: to_svg(graph)}))


def show_pieces(pieces: list[tuple[str, str]], show: Show) -> None:
    """Show what a session wrote."""
    for name, text in pieces:
        show(stream(shortened(text), f"std{name}"))


def shortened(text: str) -> str:
    """A text that a browser can show."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST} more characters)\n"
