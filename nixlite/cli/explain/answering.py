"""What `nixlite why`, `stale`, `layers`, `trace` and `override` share: which program they ask about.

nixlite why PROGRAM ATTRPATH                  PROGRAM as in `ways`: a file, `<nixpkgs>`, a flake
nixlite why --expr EXPR ATTRPATH              an expression
nixlite why PROGRAM --expr FUNCTION ATTRPATH  a function, applied to the value of the program
"""

from __future__ import annotations

from types import FunctionType

from nixlite.cli.auto_call import auto_arguments, auto_call, parse_attr_path
from nixlite.cli.command import Command
from nixlite.cli.explain.ways import file_way, names_program, settle_purity, way_in
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking, apply_registry_flags
from nixlite.cli.sources import string_source
from nixlite.cli.starting import start
from nixlite.errors import UndefinedVariable, UsageError
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.cli.explain.ways import Way
    from nixlite.evaluator import Evaluator
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.program import Program
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy


PROGRAMS = (
    "PROGRAM is FILE, a folder (its default.nix), '<nixpkgs>' or FLAKE; FILE#ATTRPATH and FLAKE#ATTRPATH\n"
    "name the same as PROGRAM ATTRPATH. With '--expr' it is an expression, or a function of PROGRAM's value."
)
"""What the explaining commands say of their arguments."""

EXPLAINING: Flags = {
    "--expr": Flag(
        "expr", store("expression"), "an expression; with a file, a function of the file's value", "-E"
    ),
    "--file": Flag("file", store("file"), "evaluate a file", "-f"),
    "--depth": Flag("n", store("depth"), "how far to follow what is read (3)"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    **EVALUATION,
    **COMMON,
    **LOCKING,
}


class Explaining(Command):
    """A command about a program, an expression, or a function applied to a program's value.

    `functions`: whether the value may be a function; most have nothing to say of one. `applied`: a function
    of the command's own, applied to the value that the command line names.
    """

    program = "nixlite"
    functions = False
    flags = EXPLAINING
    file = ""
    expression: str | None = None
    applied: str | None = None
    json = False
    depth = "3"

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.path: list[str] = []
        self.locking = Locking()

    def make_program(self) -> Program:
        """The program that the command line names; the attribute path is in `path`."""
        way, words = self.way()
        if way is None and self.expression is None:
            raise UsageError("there is nothing to ask about: name a file or flake, or give '--expr EXPR'")
        if len(words) > 1:
            raise UsageError(f"unexpected argument '{words[1]}'")
        self.path = parse_attr_path(words[0]) if words and words[0] != "." else []
        before = way.path if way is not None else []
        if self.expression is None:
            self.path = before + self.path
        return self.program_of(way)

    def program_of(self, way: Way | None) -> Program:
        """The program in *way*; `path` is the path that is asked about."""
        from nixlite.explain.recording.program import Program

        settle_purity(self, [way] if way is not None else [])
        start(self)  # an evaluator that finds files and explains errors
        assert self.evaluator is not None
        text = self.expression if self.expression is not None else self.applied
        entries = ["«string»"] if text is not None else []
        found = way.entries(self.evaluator) if way is not None else []  # complains of what is not there
        entries += found if text is None else []

        def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
            self.evaluator = evaluator
            if self.registry_flags and "registries" not in evaluator.state.caches:
                apply_registry_flags(self, evaluator)
            return self.evaluate(evaluator, way)

        program = Program(self.settings, self.host, evaluate, entries, self.evaluator.cache)
        if way is not None and way.flake:  # which is fetched by now
            program.store = self.evaluator.state.store
            program.caches = {name: self.evaluator.state.caches[name] for name in program.caches}
        return program

    def way(self) -> tuple[Way | None, list[str]]:
        """(what the program is, the words that are left)."""
        words = list(self.words)
        if self.file:
            return file_way(self, self.file), words
        if words and (self.expression is None or names_program(words[0])):
            return way_in(self, words.pop(0)), words
        return None, words

    def evaluate(self, evaluator: InstrumentedEvaluator, way: Way | None) -> Lazy:
        """The value of the program."""
        arguments = auto_arguments(self, evaluator)
        value: Any = None
        if way is not None:
            value = self.value_of(way, evaluator, arguments)
        if self.expression is not None:
            value = self.value_of_expression(evaluator, value, arguments, given=way is not None)
        if self.applied is not None:
            function = evaluator.evaluate_source(string_source(self, self.applied))
            value = evaluator.base["call"](function, value)
        return self.checked(evaluator, value, alone=way is None)

    def value_of_expression(
        self, evaluator: InstrumentedEvaluator, value: Lazy, arguments: Any, *, given: bool
    ) -> Lazy:
        """The value of `--expr`, applied to *value* if that is *given*."""
        assert self.expression is not None
        mark = "packages" if self.applied is not None else ""
        try:
            result = evaluator.evaluate_source(string_source(self, self.expression, mark))
        except UndefinedVariable as error:
            if given and error.hint is None:
                error.hint = "With a file, '--expr' is a function of the file's value: 'pkgs: pkgs.hello'."
            raise
        applied: Lazy = evaluator.base["call"](result, value) if given else auto_call(result, arguments)
        return applied

    def value_of(self, way: Way, evaluator: InstrumentedEvaluator, arguments: Any) -> Lazy:
        """The value of the program; where a function is applied to it, it is evaluated once in an evaluator,
        whatever that function is."""
        if self.expression is None and self.applied is None:
            return way.root(evaluator, self.path, arguments)
        if "way in" not in evaluator.kept:
            if self.expression is not None:
                evaluator.kept["way in"] = way.argument(evaluator, arguments)
            else:
                evaluator.kept["way in"] = way.root(evaluator, self.path, arguments)
        value: Lazy = evaluator.kept["way in"]
        return value

    def checked(self, evaluator: Evaluator, value: Lazy, *, alone: bool) -> Lazy:
        """The value, unless it is a function and the command can do nothing with one; *alone*: there is only
        an expression."""
        if not self.functions and type(evaluator.base["force"](value)) is FunctionType:
            if alone:
                raise UsageError("the expression is a function: name a file as well, whose value it is given")
            raise UsageError("the value is a function; '--arg NAME EXPR' gives it arguments")
        return value

    def read_depth(self) -> int:
        """`--depth`."""
        if natural(self.depth) is None:
            raise UsageError(f"'--depth' takes a number, not '{self.depth}'")
        return int(self.depth)

    def write(self, text: str, data: Any) -> None:
        """Print an answer, as JSON if that is wanted."""
        if self.json:
            import json  # seldom

            from nixlite.explain.why.attribute import to_data

            text = json.dumps(to_data(data), indent=2, ensure_ascii=False) + "\n"
        else:
            from nixlite.cli.links import linked

            text = linked(text, self.host, self.settings)
        self.host.write_stdout(text)
