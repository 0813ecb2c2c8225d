"""A conversation with the evaluator: names in scope, statements, and how values and errors are shown.

What all commands work on, so it lies below them and knows none; `session.Session` has them too.
"""

from __future__ import annotations

import re

from nixlite.errors import EvalError, NixError, ParseError, StackOverflow
from nixlite.host.lookup_path import LISTENER
from nixlite.repl.inputs import Input, NixInput, split
from nixlite.repl.prompts import PROMPT, STOPPED
from nixlite.repl.style import Style
from nixlite.repl.watching import FileWatch
from nixlite.runtime.collecting import POLICY
from nixlite.source import Source
from nixlite.spelling import attribute_name
from nixlite.syntax.lines import BINDINGS, OPEN, OPEN_BINDINGS, WRONG, LineReader
from nixlite.traces.rendering import render_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from nixlite.colours import Theme
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.observe.watch import Watch
    from nixlite.repl.debugging.kept import Failure
    from nixlite.repl.debugging.stops import Debugging
    from nixlite.repl.rows import Row
    from nixlite.runtime.values import Lazy, Value

OUT, ERR = "out", "err"
KEPT = 3
"""Errors whose frames are kept."""
_NAME = re.compile(r"[A-Za-z_][\w'-]*")
HIDDEN = ("__sub", "__mul", "__div", "__lessThan", "__findFile", "__nixPath")
"""Variables that are meant without being written."""
NAMES_SHOWN = 20
"""Of a set that is brought into scope."""


class Reply:
    """What one input led to.

    `pieces` are pairs (stream, text) in the order in which they were written, streams being "out" and "err";
    `incomplete` says that more lines are needed (send the whole text again), `quit` that the user wants
    to leave. `value` is what an expression gave, `error` what went wrong. `data` is what the text of a
    command was made of, where that can also be drawn.
    """

    __slots__ = ("data", "error", "incomplete", "pieces", "quit", "value")

    def __init__(self) -> None:
        self.pieces: list[tuple[str, str]] = []
        self.incomplete = False
        self.quit = False
        self.value: Value = None
        self.error: BaseException | None = None
        self.data: object = None

    def write(self, text: str, stream: str = OUT) -> None:
        """Add to what is shown."""
        if text:
            self.pieces.append((stream, text))

    def deliver(self, host: Host, theme: Theme | None = None) -> None:
        """Show it on the host's streams, on a person's terminal in its theme."""
        for stream, text in self.pieces:
            if theme is not None:
                text = theme.painted(text)
            if stream == OUT:
                host.write_stdout(text)
            else:
                host.write_stderr(text)
        host.flush()

    @property
    def text(self) -> str:
        """Everything shown, both streams."""
        return "".join(text for _, text in self.pieces)

    @property
    def out(self) -> str:
        """What goes to the standard output."""
        return "".join(text for stream, text in self.pieces if stream == OUT)

    @property
    def err(self) -> str:
        """What goes to the standard error."""
        return "".join(text for stream, text in self.pieces if stream == ERR)


class Bound:
    """An input that has bound names; *at* is its number in the transcript."""

    __slots__ = ("at", "names", "text")

    def __init__(self, text: str, names: frozenset[str], at: int) -> None:
        self.text = text
        self.names = names
        self.at = at


class Abandoned(BaseException):
    """The user has left the debugger at a place where there is no error to go on with."""


class Incomplete(Exception):
    """The input is the beginning of something."""


class Conversation:
    """Names bound so far, files loaded so far, and how answers look.

    `scope` maps the names of this session to their values; they hide the globals. *auto_arguments* are
    given to files that are functions (`--arg`). `files` are the arguments of `:l` that `:r` loads again;
    `startup` holds what the command line asked for: pairs (what is shown, function that evaluates it).
    `origins` says of names in scope where they come from, `transcript` holds the inputs and answers so far.
    `strict`, `pager`, `keys` and `suggest` are options of `:set`. `failures` are the last errors, with their
    frames; `known` says of the session's own sources which names were in scope, and if they are bindings.
    `debugging` is there while a program is stopped. `lines` is the input that is being read.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        style: Style | None = None,
        *,
        auto_arguments: dict[str, Lazy] | None = None,
    ) -> None:
        self.evaluator: Evaluator = evaluator
        self.impure: Evaluator | None = None  # the one before `:set pure on`
        self.style: Style = style or Style()
        self.auto_arguments = auto_arguments or {}
        self.scope: dict[str, Lazy] = {}
        self.own: dict[str, Lazy] = {}
        self.progress = False  # whether a line on the terminal tells of inputs that take long
        self.bound: list[Bound] = []  # the inputs that bound names, in order: they can be evaluated again
        self.files: list[str] = []
        self.flakes: list[str] = []
        self.startup: list[tuple[str, Callable[[], Value]]] = []
        self.last_loaded: dict[str, Lazy] | None = None
        self.show_trace: bool = evaluator.settings.show_trace
        self.strict = False
        self.pager = True
        self.keys = "emacs"
        self.suggest = True
        self.origins: dict[str, str] = {}
        self.transcript: list[tuple[str, str]] = []
        self.failures: list[Failure] = []  # the last errors, the very last first
        self.known: dict[str, tuple[tuple[str, ...], bool]] = {}
        self.debugging: Debugging | None = None
        self.lines: Iterator[str] | None = None
        self.unsaid: list[str] = []  # what programs wrote while something was completed
        self.build_options: list[str] = []  # words for an installed Nix that builds, `--option NAME VALUE`
        self.recording: object = None  # what explaining commands keep, see `commands/replaying.py`
        self.watch = FileWatch(evaluator)
        self.telling: Watch | None = None  # what tells of the input that is being evaluated
        self.watches: dict[str, FileWatch] = {}  # the files of what these keep
        self.inputs = 0
        self.reader = LineReader(self.features)
        self.command = ""  # the command being run, as it was typed
        self.reply = Reply()
        if not self.style.compat:
            evaluator.state.caches[LISTENER] = self.notice_bundle

    # -- what a session has

    @property
    def prompt(self) -> str:
        """What stands before an input: at a stop another, but in the style of `nix repl`."""
        return PROMPT if self.debugging is None or self.style.compat else STOPPED

    def known_commands(self) -> Mapping[str, Row]:
        """The commands that an input can be, by each of their names."""
        return {}

    def give_terminal(self) -> None:
        """To be called before another program has the terminal: the line that tells of an evaluation goes."""
        if self.telling is not None:
            self.telling.stop()

    def talk(self) -> None:
        """Have a user type until they leave: at a stop of the debugger, which need not know how."""
        raise NotImplementedError

    # -- input

    def send(self, text: str) -> Reply:
        """Do what *text* says and return what is to be shown; errors are shown, never raised.

        It may be several inputs, one after the other, also with their prompts and answers as a session shows
        them. Bound names stay for the following inputs. Where `incomplete` is set nothing has happened.
        """
        if self.style.compat:
            reply = self.reply = Reply()
            line = text.strip(" \n\r\t")
            if line:
                self.guarded(lambda: self.process(line))
            return reply
        return self.send_inputs(self.inputs_in(text))

    def send_inputs(self, inputs: list[Input]) -> Reply:
        """As `send`, of inputs that are known already."""
        reply = self.reply = Reply()
        if inputs and inputs[-1].is_open:
            reply.incomplete = True
            return reply
        for given in inputs:
            reply.error = None
            self.send_input(given.text.strip(" \n\r\t"))
            if reply.quit or reply.incomplete:
                break
        return reply

    def send_input(self, line: str) -> None:
        """Do what one input says and write what is to be shown to the current reply."""
        reply = self.reply
        for text in self.unsaid:
            reply.write(text, ERR)
        self.unsaid.clear()
        before = len(reply.pieces)
        if line not in (":r", ":reload"):
            self.notice_changes()
        self.style.layout.errors = []
        who = object()
        POLICY.begin(who)  # also for what looks at values and evaluates none
        try:
            self.guarded(lambda: self.process(line))
        finally:
            POLICY.end(who)
        if reply.incomplete:
            del reply.pieces[before:]
            return
        self.watch.look()
        for watch in self.watches.values():
            watch.look()
        self.keep_failures(line)
        self.transcript.append((line, "".join([text for _, text in reply.pieces[before:]])))

    def keep_failures(self, line: str) -> None:
        """Keep what could not be evaluated, be it only a part of what was shown, with its frames."""
        error = self.reply.error
        errors = [error] if isinstance(error, EvalError) else self.style.layout.errors
        if not errors or self.style.compat:
            return
        from nixlite.repl.debugging.kept import Failure

        found = [Failure(line, error, self.evaluator, self.known, dict(self.scope)) for error in errors]
        self.failures = [*found[:KEPT], *self.failures][:KEPT]

    def inputs_in(self, text: str) -> list[Input]:
        """The inputs in a text; in the compatible style it is one."""
        if not self.style.compat:
            return split(text, self.known_commands, self.features)
        given = self.new_input()
        for line in text.split("\n"):
            given.add(line)
        return [given]

    def new_input(self) -> Input:
        """An input of which nothing has been read."""
        kind = NixInput if self.style.compat else Input
        return kind(self.known_commands, self.features)

    @property
    def features(self) -> frozenset[str]:
        """The experimental features, some of which the lexer asks for."""
        return frozenset(self.evaluator.settings.features)

    def guarded(self, action: Callable[[], object]) -> bool:
        """Run *action*, turning what goes wrong into text of the current reply; whether all went well."""
        reply = self.reply
        try:
            action()
        except Incomplete:
            reply.incomplete = True
        except KeyboardInterrupt as error:
            reply.error = error
            reply.write("error: interrupted by the user\n", ERR)
        except Abandoned:
            return False
        except NixError as error:
            self.fail(error)
        except RecursionError as error:  # printing went too deep, not evaluating
            self.fail(StackOverflow().with_traceback(error.__traceback__))
        except Exception as error:  # a bug of ours must not cost the user the session
            import traceback

            from nixlite.limits.budget import is_exhaustion, no_memory

            if is_exhaustion(error):
                self.fail(no_memory())
                return False
            reply.error = error
            reply.write(f"{''.join(traceback.format_exception(error))}error: this is a bug in nixlite\n", ERR)
        else:
            return True
        return False

    def fail(self, error: NixError) -> None:
        """Show *error* in the current reply."""
        self.evaluator.explain(error)
        self.reply.error = error
        text = render_error(error, show_trace=self.show_trace, colour=self.style.colour)
        self.reply.write(f"{text}\n", ERR)

    def is_incomplete(self, text: str) -> bool:
        """Whether *text* needs more lines; it is read, not evaluated."""
        inputs = self.inputs_in(text)
        return bool(inputs) and inputs[-1].is_open

    def check_complete(self, text: str) -> None:
        """Raise Incomplete for the beginning of an expression, NixError for nothing."""
        if self.reader.read(text).verdict() == OPEN:
            raise Incomplete

    def process(self, line: str) -> None:
        """Do what one input says."""
        if not self._bind(line):
            self._answer(line)

    def _answer(self, line: str) -> None:
        value = self.evaluate(line)
        if self.strict:
            from nixlite.formats.nix.deep import force_deep

            self.evaluator.guard(lambda x: force_deep(self.evaluator.state, x), value)
        self.show(value)
        self.reply.value = value
        if not self.style.compat:
            self.scope["_"] = value
            self.origins["_"] = "the last value"

    def show(self, value: Value, *, depth: int | None = None, whole: bool = False) -> None:
        """Write *value* to the reply, evaluating what is shown; *whole* shows all of it (`:p`)."""
        printer = self.style.printer(self.evaluator.state, whole=whole, depth=depth)
        partial, error = printer(value)
        if error is not None:
            self.fail(error)
        # What `nix repl` had written when the error came is seen behind the error: its buffer.
        self.reply.write(partial if error is not None else f"{partial}\n")

    # -- evaluation

    def source(self, text: str) -> Source:
        """*text* as a source of its own; relative paths in it start from the working directory."""
        self.inputs += 1
        return Source(f"«string»\x1f{self.inputs}", text, base=self.evaluator.settings.cwd)

    def evaluate(self, text: str) -> Value:
        """The value of an expression in the session's scope, in weak head normal form.

        Raises Incomplete where more text is needed, NixError for all that is wrong.
        """
        source = self.source(text)
        self.known[source.name] = self.names_in(text), False
        try:
            return self.evaluator.evaluate_source(source, self.scope)
        except ParseError as error:
            if is_incomplete(error, source):
                raise Incomplete from None
            raise

    def _bind(self, line: str) -> bool:
        """Take *line* as bindings, a final `;` being optional; False when it is an expression."""
        place = self.reader.read(line)
        verdict = place.verdict()
        if place.waits_as_nix() if self.style.compat else verdict == OPEN:
            raise Incomplete
        if verdict not in (BINDINGS, OPEN_BINDINGS):
            if verdict == WRONG and place.is_rather_bindings and not self.style.compat:
                self._bindings(line, line)  # raises what is wrong
            return False
        end = ";" if self.style.compat else "\n;"  # the last line may end in a comment
        added = self._bindings(line if verdict == BINDINGS else f"{line}{end}", line)
        self.scope.update(added)
        self.own.update(added)
        self.bound.append(Bound(line, frozenset(added), len(self.transcript)))
        self.origins.update(dict.fromkeys(added, "bound by hand"))
        return True

    def _bindings(self, text: str, shown: str) -> dict[str, Lazy]:
        """The lazies of the bindings in *text*; messages show *shown* as the source."""
        source = self.source(text)
        self.known[source.name] = self.names_in(text), True
        bindings = self.evaluator.parse_bindings(source)
        source.text = shown
        return self.evaluator.bind(bindings, source, self.scope)

    def names_in(self, text: str) -> tuple[str, ...]:
        """The variables of the session that a text may mean."""
        return tuple(name for name in {*_NAME.findall(text), *HIDDEN} if name in self.scope)

    # -- names

    def add_attributes(self, value: Value, origin: str = "a set") -> None:
        """Bring the attributes of a set into scope and say so; raises for what is no set (`:a`, `:l`).

        *origin* says in `:ls` where they come from.
        """
        from nixlite.runtime.expect import force_attrs

        attrs = force_attrs(value, "while evaluating an attribute set to be merged in the global scope")
        self.scope.update(attrs)
        self.origins.update(dict.fromkeys(attrs, origin))
        self.last_loaded = attrs
        self.notice(added_text(attrs))

    def notice(self, text: str) -> None:
        """Tell the user something that is not the answer: beside it in the compatible style, else with it."""
        self.reply.write(f"{text}\n", ERR if self.style.compat else OUT)

    def notice_bundle(self, path: str) -> None:
        """Say, once, that `<nixpkgs>` is not the large one: there is none."""
        self.reply.write(f"note: there is no nixpkgs, so <nixpkgs> is nixlite's small one: {path}\n", ERR)
        del self.evaluator.state.caches[LISTENER]

    def notice_changes(self) -> None:
        """Say which files have changed since they were read."""
        changed = self.watch.changed()
        if changed:
            verb = "has" if len(changed) == 1 else "have"
            self.notice(f"{', '.join(changed)} {verb} changed on disk; :r loads anew")

    def variable(self, name: str) -> Any:
        """The lazy that *name* stands for, of the session or global; None when there is none."""
        if name in self.scope:
            return self.scope[name]
        return self.evaluator.state.globals.get(name)


def is_incomplete(error: ParseError, source: Source) -> bool:
    """Whether *error* says that *source* itself ends too early, not some file that it imports."""
    return error.incomplete and (error.position is None or error.position.source is source)


def added_text(attrs: dict[str, Lazy]) -> str:
    """`Added 2 variables.`, which is always plural, and the first twenty of them."""
    text = f"Added {len(attrs)} variables."
    text += "\n" + ", ".join(attribute_name(name) for name in sorted(attrs)[:NAMES_SHOWN])
    if len(attrs) > NAMES_SHOWN:
        text += f"\n... and {len(attrs) - NAMES_SHOWN} more; view with :ll"
    return text
