"""The debugger: `--debugger` and `:debug`; the commands at a stop are in `commands/stopped.py`.

It stops at errors before they are handled, at `builtins.break`, and at each step after `:s`. What is stopped
is a Python function in the middle of its work; a conversation with the variables of the place goes on
meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.errors import NixError, StackOverflow
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

    from nixlite.evaluator import Evaluator
    from nixlite.repl.conversation import Conversation
    from nixlite.repl.debugging.kept import Failure
    from nixlite.runtime.values import Lazy, Value

    Begin = Callable[[Evaluator, Style], Conversation]
    """What begins a conversation for a stop: the class `Session`, say."""

SEEN = "seen_by_debugger"
INPUTS = 1_000_000
"""Inputs that a stop may have."""


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
        finally:
            self.stack.pop()

    def failed(self, error: NixError) -> None:
        """Stop at an error, once, where it has just been raised."""
        if error.__dict__.get(SEEN):
            return
        error.__dict__[SEEN] = True
        if isinstance(error, StackOverflow):
            return  # there is no room to talk; the session has its frames afterwards
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
            message = render_error(shown, colour=conversation.style.colour)
            host.write_stderr(conversation.style.painted(f"{message}\n\n"))
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


def look_into(conversation: Conversation, failure: Failure) -> str:
    """Talk about an error that is over, in the frames that were kept; nothing is evaluated again."""
    begin = type(conversation)
    stopped = begin(failure.evaluator, conversation.style, auto_arguments=conversation.auto_arguments)
    stopped.lines, stopped.show_trace = conversation.lines, conversation.show_trace
    stopped.inputs = conversation.inputs + INPUTS  # the names of its sources are its own
    stopped.debugging = Debugging(failure.rows(), failure.scope, False, is_over=True)
    stopped.scope = stopped.debugging.scope()
    failure.evaluator.host.write_stderr(f"{stopped.debugging.show_row(0).strip()}\n\n")
    stopped.talk()
    conversation.inputs = max(conversation.inputs, stopped.inputs - INPUTS)
    return ""
