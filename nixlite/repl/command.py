"""`nixlite repl` on the command line: which files and expressions it starts with, and how it talks.

`nixlite eval --debugger` is given `run_debugged` by `__main__`.
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, ignore, set_option, store, turn_on
from nixlite.cli.sources import file_path, stdin_source, string_source
from nixlite.cli.starting import start
from nixlite.errors import UsageError
from nixlite.repl import app, memory
from nixlite.repl.conversation import Abandoned
from nixlite.repl.session import Session
from nixlite.repl.style import Style
from nixlite.runtime.thunk import force
from nixlite.runtime.values import NixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy, Value


PATIENCE = 1
"""Seconds that showing an answer may spend on evaluating what is deep in it."""


class Repl(Command):
    """The command line of `nix repl`, and files as arguments: `nixlite repl lib.nix`, `nixlite repl .#lib`.

    With `--file` or `--expr` the arguments are attribute paths, as for `nix repl`.
    """

    program = "nix"
    shows_progress = False  # but while an input is evaluated, see `terminal/prompt.py`
    usage = (
        "nixlite repl [flags] [FILE | FLAKE[#ATTRPATH]]…"
        "   or   nixlite repl [flags] (--file FILE | --expr EXPR) [ATTRPATH…]"
    )
    description = "Bind names, load files and evaluate expressions, interactively or from a pipe."

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.flags = FLAGS
        self.file = ""
        self.expression: str | None = None
        self.compat = False
        self.inputs: list[str] = []
        self.fail = False
        self.debugger = False
        self.build_options: list[str] = []

    def run(self) -> int:
        """Talk; returns the exit code."""
        if self.file and self.expression is not None:
            raise UsageError("'--file' and '--expr' are exclusive")
        evaluator = start(self)
        style = Style(compat=self.compat, colour=self.host.stdout_colour())
        style.layout.patience = PATIENCE
        session = Session(evaluator, style, auto_arguments=auto_arguments(self, evaluator))
        if self.file or self.expression is not None:
            for path in self.words or [""]:
                session.startup.append((path, self.delayed_installable(session, path)))
        else:
            for word in self.words:
                self.take_word(session, word)
        session.build_options = self.build_options
        session.progress = self.talks and self.host.stderr_colour()
        if self.debugger:
            from nixlite.repl.debugging.debugger import attach

            attach(evaluator, Session, outer=session)
        if self.inputs:
            return self.run_inputs(session)
        try:
            return app.run(session, fail=self.fail)
        finally:
            memory.release()

    def take_word(self, session: Session, word: str) -> None:
        """Start with the attributes of a file, of a flake's outputs, or of `FLAKE#ATTRPATH`."""
        from nixlite.cli.explain.ways import way_in

        if looks_like_nix_file(word) or not way_in(self, word).flake:
            session.files.append(word)
            return
        reference, _, fragment = word.partition("#")
        if not fragment and not self.compat:
            session.flakes.append(reference)  # whose history the explaining commands know
        else:
            session.startup.append((word, lambda: self.flake_value(session, word)))

    def flake_value(self, session: Session, word: str) -> Value:
        """The outputs of a flake, or what an attribute path in it leads to, looked for as `nix` does."""
        from nixlite.cli.flake.locking import (
            Locking,
            flake_attribute,
            locked_flake,
            outputs_of,
            parse_installable,
        )

        evaluator = session.evaluator
        reference, _, fragment = word.partition("#")
        value: Value
        if fragment:
            value = evaluator.guard(force, flake_attribute(self, evaluator, word, Locking()))
            return value
        ref = parse_installable(self, evaluator, reference)[0]
        value = evaluator.guard(force, outputs_of(evaluator, locked_flake(self, evaluator, ref, Locking())))
        return value

    def delayed_installable(self, session: Session, path: str) -> Callable[[], Value]:
        """What evaluates `installable`."""
        return lambda: self.installable(session, path)

    def installable(self, session: Session, path: str) -> Value:
        """The value of the file or expression, or of what the attribute path in it leads to."""
        evaluator, arguments = session.evaluator, session.auto_arguments
        value = find_along_attr_path(self.program_value(evaluator), path, arguments)
        return auto_call(value, arguments)

    def program_value(self, evaluator: Evaluator) -> Lazy:
        """The value of `--file` or `--expr`."""
        if self.expression is not None:
            return evaluator.evaluate_source(string_source(self, self.expression, "--expr"))
        if self.file == "-":
            return evaluator.evaluate_source(stdin_source(self))
        return evaluator.import_file(NixPath(file_path(evaluator, self.file)))

    def run_inputs(self, session: Session) -> int:
        """`-c`: do what is given and leave, without prompts."""
        if not app.start(session):
            return 1
        for text in self.inputs:
            reply = session.send(text)
            reply.deliver(self.host)
            if reply.incomplete:
                self.host.write_stderr("error: the input ends too early\n")
            if reply.quit:
                break
            if self.fail and (reply.incomplete or reply.error is not None):
                return 1
        return 0


def looks_like_nix_file(word: str) -> bool:
    """Whether a word is a file by its looks, so that nobody need ask: most are."""
    return word.startswith("<") or (word.endswith(".nix") and "#" not in word and word != "flake.nix")


def run_debugged(evaluator: Evaluator, run: Callable[[], int]) -> int:
    """The exit code of `run()`, which evaluates under the debugger; 0 where the user leaves it there."""
    from nixlite.repl.debugging.debugger import attach

    attach(evaluator, Session)
    try:
        return run()
    except Abandoned:
        return 0


def add_input(command: Repl, words: list[str]) -> None:
    """`-c`."""
    command.inputs.append(words[0])


def take_option(command: Repl, words: list[str]) -> None:
    """`--option`, which a Nix that builds is told of as well."""
    set_option(command, words)
    command.build_options += ["--option", *words]


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "start with the attributes of an expression"),
    "--file": Flag("file", store("file"), "start with the attributes of a file", "-f"),
    "--command": Flag("input", add_input, "do this and leave; may be given several times", "-c"),
    "--fail": Flag("", turn_on("fail"), "stop at an input that fails, with exit code 1"),
    "--compat": Flag("", turn_on("compat"), "print exactly what nix repl prints"),
    "--debugger": Flag("", turn_on("debugger"), "stop at errors and builtins.break"),
    **EVALUATION,
    **COMMON,
    "--option": Flag("name value", take_option, "set a setting of nix.conf, also for building"),
    "--stdin": Flag("", ignore),
    "--offline": Flag("", ignore),
    "--no-net": Flag("", ignore),
    "--refresh": Flag("", ignore),
    "--print-build-logs": Flag("", ignore, short="-L"),
}
