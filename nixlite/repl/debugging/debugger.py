"""The debugger: `--debugger` and `:debug`; the commands at a stop are in `commands/stopped.py`.

It stops at errors before they are handled, at `builtins.break`, and at each step after `:s`. What is stopped
is a Python function in the middle of its work; a conversation with the variables of the place goes on
meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError, StackOverflow
from nixlite.evaluator import Evaluator
from nixlite.repl.conversation import Abandoned
from nixlite.repl.debugging.stops import CONTINUE, QUIT, STEP, Debugging, Stop
from nixlite.repl.debugging.tracepoints import BUILTIN, Point, Rewriter
from nixlite.repl.style import Style
from nixlite.runtime.thunk import force, handed_back
from nixlite.runtime.values import PrimOp, linked
from nixlite.traces.rendering import render_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy, Value

    Begin = Callable[[Evaluator, Style], Conversation]
    """What begins a conversation for a stop: the class `Session`, say."""

SEEN = "seen_by_debugger"
INPUTS = 1_000_000
"""Inputs that a stop may have."""
SHOWN = 100
"""Rows that are kept of a stack that overflows."""


class Debugger:
    """The debugger of one evaluator. *begin* makes the conversation at a stop, `talk` has it.

    `stack` holds the points that are being evaluated, outermost first. *outer* is the conversation whose
    names are seen beneath those of the program.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        begin: Begin,
        talk: Callable[[Conversation], None],
        outer: Conversation | None = None,
    ) -> None:
        self.evaluator = evaluator
        self.begin = begin
        self.talk = talk
        self.outer = outer
        self.rewriter = Rewriter()
        self.stack: list[Stop] = []
        self.stepping = False
        self.talking = False
        self.tries = 0
        self.stops = 0
        self.most = 0
        self.deepest: list[Stop] = []
        """The innermost points where the stack was deepest, when it has overflowed."""

    # -- the running program

    def frame(self, number: Lazy, variables: Lazy, e: Lazy) -> Value:
        """`__debugFrame`: evaluate *e*, and stop before if stepping, after if that fails."""
        index: Any = force(number)  # an integer that the rewriter wrote there
        point = self.rewriter.points[index]
        self.stack.append(Stop(point, variables))
        try:
            if self.stepping:
                self.stop(None)
            return force(e)
        except NixError as error:
            self.failed(error)
            raise
        except RecursionError:
            self.keep_deepest()
            raise
        finally:
            self.stack.pop()

    def keep_deepest(self) -> None:
        """Remember the stack where it overflows: there is no room to talk."""
        if len(self.stack) > self.most:
            self.most, self.deepest = len(self.stack), self.stack[-SHOWN:]

    def stop_where_it_was_deepest(self, error: NixError) -> None:
        """Talk about a stack overflow, of which the innermost rows are known."""
        self.stack = self.deepest
        try:
            self.stop(error)
        finally:
            self.stack = []

    def failed(self, error: NixError) -> None:
        """Stop at an error, once, where it has just been raised."""
        if error.__dict__.get(SEEN):
            return
        error.__dict__[SEEN] = True
        if isinstance(error, StackOverflow):
            self.keep_deepest()
            return
        if not self.tries or not self.evaluator.settings.ignore_try:
            self.stop(error)

    def stop(self, error: NixError | None) -> None:
        """Talk with the user; returns when the program is to go on."""
        if self.talking or not self.stack:
            return
        rows = self.stack[::-1]
        first = rows[0]
        if error is not None:
            position = error.position or first.point.position
            if isinstance(error, Breakpoint):
                rows.insert(0, Stop(Point(error.message, None, first.point.levels), first.variables, True))
            elif position is not None:
                point = Point(error.message, position, first.point.levels)
                rows.insert(0, Stop(point, first.variables, True))
        conversation = self.conversation(rows)
        self.announce(error, conversation)
        self.stepping = False
        self.talking = True
        try:
            self.talk(conversation)
        finally:
            self.talking = False
        action = conversation.debugging.action if conversation.debugging is not None else CONTINUE
        self.stepping = action == STEP
        if action == QUIT and (error is None or isinstance(error, Breakpoint)):
            raise Abandoned

    def announce(self, error: NixError | None, conversation: Conversation) -> None:
        """Say why the program has stopped."""
        host = self.evaluator.host
        if isinstance(error, Breakpoint):
            host.write_stderr(f"info: {error.message}\n\n")
        elif error is None and not conversation.style.compat:
            assert conversation.debugging is not None
            host.write_stderr(f"{conversation.debugging.show_row(0).strip()}\n\n")
        elif error is not None:
            shown = NixError(error.message, position=error.position, hint=error.hint)
            if shown.position is not None and shown.position.source is None:
                shown.position.source = self.evaluator.sources.get(shown.position.file)
            host.write_stderr(f"{render_error(shown, colour=conversation.style.colour)}\n\n")
            if self.tries:
                host.write_stderr(
                    "This exception occurred in a 'tryEval' call. Use --ignore-try to skip these.\n"
                )

    def conversation(self, rows: list[Stop]) -> Conversation:
        """That of a stop: in the style of the outer one, or of `nix repl` when there is none."""
        outer = self.outer
        conversation = self.begin(self.evaluator, Style(compat=True) if outer is None else outer.style)
        if outer is not None:
            conversation.lines = outer.lines
            conversation.show_trace = outer.show_trace
        self.stops += 1
        conversation.inputs = self.stops * INPUTS  # the names of its sources are its own
        conversation.debugging = Debugging(
            rows, dict(outer.scope) if outer is not None else {}, self.stops == 1
        )
        conversation.scope = conversation.debugging.scope()
        return conversation

    # -- builtins that the debugger knows

    def break_(self, v: Lazy) -> Value:
        """`builtins.break`."""
        self.stop(Breakpoint("breakpoint reached"))
        return force(v)

    def try_eval(self, function: Callable[[Lazy], Value]) -> Callable[[Lazy], Value]:
        """`builtins.tryEval`, counting."""

        def counting(e: Lazy) -> Value:
            self.tries += 1
            try:
                return function(e)
            finally:
                self.tries -= 1

        return counting

    def after_message(self, function: Callable[[Lazy, Lazy], Value]) -> Callable[[Lazy, Lazy], Value]:
        """`builtins.warn` or `builtins.trace` with a stop behind the message."""

        def stopping(message: Lazy, e: Lazy) -> Value:
            function(message, None)
            self.stop(None)
            return force(e)

        return stopping


class Breakpoint(NixError):
    """`builtins.break`: no error, but shown like one."""


def attach(
    evaluator: Evaluator,
    begin: Begin,
    talk: Callable[[Conversation], None] | None = None,
    outer: Conversation | None = None,
) -> Debugger:
    """Have an evaluator's further programs run under a debugger.

    *talk*: the default is what a conversation itself does.
    """
    debugger = Debugger(evaluator, begin, talk or (lambda stopped: stopped.talk()), outer)
    state, base, settings = evaluator.state, evaluator.base, evaluator.settings
    evaluator.counts_calls = False
    evaluator.frames_per_call *= 2  # a traced expression takes more
    evaluator.rewrite = debugger.rewriter.program
    builtin = PrimOp(BUILTIN, debugger.frame, ("number", "variables", "e"), "")
    state.globals[f"__{BUILTIN}"] = base[f"g___{BUILTIN}"] = base[f"b_{BUILTIN}"] = builtin
    base[f"p_{BUILTIN}"] = debugger.frame
    evaluator.primops[BUILTIN] = 3
    replace(evaluator, "break", debugger.break_)
    base["broken"] = lambda payload: debugger.break_(handed_back(payload))
    replace(evaluator, "tryEval", debugger.try_eval(original(evaluator, "tryEval")))
    for name in ("warn", "trace"):
        if settings.other.get(f"debugger-on-{name}") in (True, "true"):
            replace(evaluator, name, debugger.after_message(original(evaluator, name)))
    return debugger


def original(evaluator: Evaluator, name: str) -> Callable[..., Value]:
    """The function of a builtin."""
    value = evaluator.state.builtins[name]
    assert type(value) is PrimOp
    return linked(value).function


def replace(evaluator: Evaluator, name: str, function: Callable[..., Value]) -> None:
    """Give a builtin another function."""
    value = evaluator.state.builtins[name]
    assert type(value) is PrimOp
    linked(value).function = function
    evaluator.base[f"p_{name}"] = function


def debug_last(conversation: Conversation) -> str:
    """Evaluate the last input that failed once more, in a fresh evaluator with the debugger.

    What was loaded and bound is there as it was written, and is evaluated only as far as the input asks for
    it. A stack overflow is shown where it happened, when it has.
    """
    failed = conversation.last_failed
    if failed is None:
        raise NixError("there was no error yet")
    evaluator = Evaluator(conversation.evaluator.settings, conversation.evaluator.host)
    begin = type(conversation)
    again = begin(evaluator, conversation.style, auto_arguments=conversation.auto_arguments)
    again.lines = conversation.lines
    debugger = attach(evaluator, begin, outer=again)
    debugger.talking = True  # errors on the way to the input are known
    prepare(again, conversation, failed)
    debugger.talking = False
    text = conversation.transcript[failed][0]
    evaluator.rewrite = debugger.rewriter.input
    reply = again.send(text)
    if isinstance(reply.error, StackOverflow):
        debugger.stop_where_it_was_deepest(reply.error)
    conversation.reply.pieces += reply.pieces
    return ""


def prepare(again: Conversation, conversation: Conversation, failed: int) -> None:
    """Load and bind in a fresh conversation what there was when an input failed."""
    from nixlite.repl.commands.loading import load_all

    again.files, again.flakes = list(conversation.files), list(conversation.flakes)
    again.scope = {name: x for name, x in conversation.scope.items() if name not in conversation.own}
    again.reply = type(again.reply)()
    again.guarded(lambda: load_all(again, {}))
    for text, _ in conversation.transcript[:failed]:
        if text.startswith((":a", ":l")):
            again.send(text)
    for bound in conversation.bound:
        if bound.at < failed:
            again.send(bound.text)
    again.scope.update({name: x for name, x in conversation.scope.items() if name == "_"})
    again.transcript.clear()
