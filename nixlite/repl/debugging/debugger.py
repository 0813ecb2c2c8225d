"""The debugger: `--debugger`, `:debug`, and the commands `:bt :st :env :c :s`.

It stops at errors before they are handled, at `builtins.break`, and at each step after `:s`. What is stopped
is a Python function in the middle of its work; a `Session` with the variables of the place talks meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.repl.debugging.tracepoints import BUILTIN, Point, Rewriter
from nixlite.repl.rows import command
from nixlite.repl.session import Abandoned, Session
from nixlite.runtime.thunk import VIRGIN, force, handed_back, is_evaluated, peel
from nixlite.runtime.values import PrimOp, linked
from nixlite.spelling import attribute_name, natural
from nixlite.traces.rendering import excerpt_lines, render_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy, Value

CONTINUE, STEP, QUIT = "continue", "step", "quit"
SEEN = "seen_by_debugger"
INPUTS = 1_000_000
"""Inputs that a stop may have."""


class Stop(NamedTuple):
    """A row of the trace: a point of the program with its variables, or what has happened there."""

    point: Point
    variables: Any  # the lazy of the set
    is_error: bool = False


class Debugger:
    """The debugger of one evaluator. `talk(session)` has the conversation at a stop.

    `stack` holds the points that are being evaluated, outermost first. *outer* is the session whose names
    are seen beneath those of the program.
    """

    def __init__(
        self, evaluator: Evaluator, talk: Callable[[Session], None], outer: Session | None = None
    ) -> None:
        self.evaluator = evaluator
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
        point = self.rewriter.points[force(number)]  # type: ignore[index]
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
        session = self.session(rows)
        self.announce(error, session)
        self.stepping = False
        self.talking = True
        try:
            self.talk(session)
        finally:
            self.talking = False
        action = session.debugging.action if session.debugging is not None else CONTINUE
        self.stepping = action == STEP
        if action == QUIT and (error is None or isinstance(error, Breakpoint)):
            raise Abandoned

    def announce(self, error: NixError | None, session: Session) -> None:
        """Say why the program has stopped."""
        host = self.evaluator.host
        if isinstance(error, Breakpoint):
            host.write_stderr(f"info: {error.message}\n\n")
        elif error is None and not session.style.compat:
            host.write_stderr(f"{show_row(session, 0).strip()}\n\n")
        elif error is not None:
            shown = NixError(error.message, position=error.position, hint=error.hint)
            if shown.position is not None and shown.position.source is None:
                shown.position.source = self.evaluator.sources.get(shown.position.file)
            host.write_stderr(f"{render_error(shown, colour=session.style.colour)}\n\n")
            if self.tries:
                host.write_stderr(
                    "This exception occurred in a 'tryEval' call. Use --ignore-try to skip these.\n"
                )

    def session(self, rows: list[Stop]) -> Session:
        """The session for a stop: in the style of the outer one, or of `nix repl` when there is none."""
        from nixlite.repl.style import Style

        outer = self.outer
        session = Session(self.evaluator, Style(compat=True) if outer is None else outer.style)
        if outer is not None:
            session.lines = outer.lines
            session.show_trace = outer.show_trace
        self.stops += 1
        session.inputs = self.stops * INPUTS  # the names of its sources are its own
        session.debugging = Debugging(rows, dict(outer.scope) if outer is not None else {}, self.stops == 1)
        session.scope = session.debugging.scope()
        return session

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
    evaluator: Evaluator, talk: Callable[[Session], None] | None = None, outer: Session | None = None
) -> Debugger:
    """Have an evaluator's further programs run under a debugger.

    *talk*: the default is by the host's streams.
    """
    debugger = Debugger(evaluator, talk or talk_with_user, outer)
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


def talk_with_user(session: Session) -> None:
    """The conversation at a stop, on a terminal or in a pipe."""
    from nixlite.repl import app

    app.run(session)


def debug_last(session: Session) -> str:
    """Evaluate the last input that failed once more, in a fresh evaluator with the debugger.

    The inputs before it are evaluated there too, so that the debugger knows all functions.
    """
    from nixlite.evaluator import Evaluator

    failed = session.last_failed
    if failed is None:
        raise NixError("there was no error yet")
    evaluator = Evaluator(session.evaluator.settings, session.evaluator.host)
    again = Session(evaluator, session.style, auto_arguments=session.auto_arguments)
    again.lines = session.lines
    debugger = attach(evaluator, outer=again)
    debugger.talking = True  # errors in the former inputs are known
    for text, _ in session.transcript[:failed]:
        if text.startswith((":a", ":l")) or not text.startswith(":"):
            again.send(text)
    debugger.talking = False
    text = session.transcript[failed][0]
    evaluator.rewrite = debugger.rewriter.input
    reply = again.send(text)
    session.reply.pieces += reply.pieces
    return ""


# -- the commands


class Debugging:
    """What a session at a stop knows: the rows of the trace, innermost first, and the one looked at.

    *is_first*: this is the first stop, at which `nix repl` introduces itself.
    """

    def __init__(self, rows: list[Stop], outer: dict[str, Lazy], is_first: bool) -> None:
        self.rows = rows
        self.outer = outer
        self.index = 0
        self.action = QUIT  # unless the user says otherwise
        self.is_first = is_first

    def scope(self) -> dict[str, Lazy]:
        """The variables of the row looked at, with those of evaluated `with` sets."""
        row = self.rows[self.index]
        variables: Any = force(row.variables)
        scope = dict(self.outer)
        for level in reversed(row.point.levels):
            if level.with_set:
                attrs = variables.get(level.with_set)
                if is_there(attrs):
                    scope.update(attrs_of(attrs))
            else:
                scope.update({name: variables[name] for name in level.names if name in variables})
        return scope


def is_there(x: Lazy) -> bool:
    """Whether a value is at hand without evaluating anything."""
    x = peel(x)
    return is_evaluated(x) or x[0] is VIRGIN  # type: ignore[index]


def attrs_of(x: Lazy) -> dict[str, Lazy]:
    """The attributes of an evaluated lazy, none for what is no set."""
    value = force(x)
    return value if type(value) is dict else {}


def show_row(session: Session, index: int) -> str:
    """A row of the trace: number, text, place and source."""
    assert session.debugging is not None
    row = session.debugging.rows[index]
    text = f"\n{index}: {'error: ' if row.is_error else ''}{row.point.text}\n"
    if row.point.position is not None:
        text += f"{row.point.position}\n"
        excerpt = excerpt_lines(row.point.position)
        if excerpt:
            text += "\n" + "\n".join(excerpt) + "\n"
    return text


def show_environment(session: Session) -> str:
    """The names of each scope around the row looked at."""
    assert session.debugging is not None
    row = session.debugging.rows[session.debugging.index]
    variables: Any = force(row.variables)
    parts = []
    for number, level in enumerate(row.point.levels):
        text = f"Env level {number}\nstatic: {names_text(level.names)}\n"
        if level.with_set and is_there(variables.get(level.with_set)):
            text += f"with: {names_text(attrs_of(variables[level.with_set]))}\n"
        parts.append(text)
    own = [name for name in session.evaluator.state.globals if not name.startswith("__")]
    parts.append(f"Env level {len(parts)}\n{names_text(own)}\n")
    return "\n".join(parts)


def names_text(names: Any) -> str:
    """Names in order, a blank behind each."""
    return "".join(f"{attribute_name(name)} " for name in sorted(names))


@command(":env", help="Show env stack", debugging=True)
def environment(session: Session, text: str) -> str:
    """The names of each scope around the current row of the trace, innermost first."""
    return show_environment(session)


@command(":bt", ":backtrace", help="Show trace stack", debugging=True)
def backtrace(session: Session, text: str) -> str:
    """All rows of the trace, innermost first."""
    assert session.debugging is not None
    rows = range(len(session.debugging.rows))
    return "".join(show_row(session, index) for index in rows).removesuffix("\n")


@command(
    ":st",
    argument="[idx]",
    help="Show current trace, or change to another trace in\nthe stack",
    debugging=True,
)
def select_trace(session: Session, text: str) -> str:
    """Show a row of the trace with its scopes, and have its variables in scope from now on."""
    debugging = session.debugging
    assert debugging is not None
    if text.isascii() and text.isdigit():
        row = natural(text)
        if row is None or row >= len(debugging.rows):
            return ""
        debugging.index = row
    session.scope = debugging.scope()
    return f"{show_row(session, debugging.index)}\n{show_environment(session)}"


@command(":c", ":continue", help="Go until end of program, exception, or builtins.break", debugging=True)
def go_on(session: Session, text: str) -> str:
    """Go on with the program."""
    return leave(session, CONTINUE)


@command(":s", ":step", help="Go one step", debugging=True)
def step(session: Session, text: str) -> str:
    """Go on to the next call, `let` or function body."""
    return leave(session, STEP)


def leave(session: Session, action: str) -> str:
    """Leave the conversation."""
    assert session.debugging is not None
    session.debugging.action = action
    session.reply.quit = True
    return ""
