"""What `nixlite why`, `stale`, `layers` and `trace` share: which program they ask about.

nixlite why FILE ATTRPATH                  the value of a file
nixlite why --expr EXPR ATTRPATH           an expression
nixlite why FILE --expr FUNCTION ATTRPATH  a function, applied to the value of the file
"""

from __future__ import annotations

from types import FunctionType

from nixlite.cli.auto_call import auto_arguments, auto_call, parse_attr_path
from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, store, turn_on
from nixlite.cli.sources import file_path, string_source
from nixlite.cli.starting import start
from nixlite.errors import UndefinedVariable, UsageError
from nixlite.runtime.values import NixPath
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.recording.instrumented import InstrumentedEvaluator
    from nixlite.explain.recording.program import Program
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy


EXPLAINING: Flags = {
    "--expr": Flag(
        "expr", store("expression"), "an expression; with a file, a function of the file's value", "-E"
    ),
    "--file": Flag("file", store("file"), "a file", "-f"),
    "--depth": Flag("n", store("depth"), "how far to follow what is read (3)"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    **EVALUATION,
    **COMMON,
}


class Explaining(Command):
    """A command about a file, an expression, or a function applied to a file's value.

    `functions`: whether the value may be a function; most have nothing to say of one.
    """

    program = "nixlite"
    functions = False
    flags = EXPLAINING
    file = ""
    expression: str | None = None
    json = False
    depth = "3"

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.path: list[str] = []

    def make_program(self) -> Program:
        """The program that the command line names; the attribute path is in `path`."""
        from nixlite.explain.recording.program import Program

        words = list(self.words)
        if not self.file and words and (self.expression is None or looks_like_file(words[0])):
            self.file = words.pop(0)
        if not self.file and self.expression is None:
            raise UsageError("there is nothing to ask about: name a file or give '--expr EXPR'")
        if len(words) > 1:
            raise UsageError(f"unexpected argument '{words[1]}'")
        self.path = parse_attr_path(words[0]) if words and words[0] != "." else []
        start(self)  # an evaluator that finds files and explains errors
        assert self.evaluator is not None
        entries = ["«string»"] if self.expression is not None else []
        path = self.find_file() if self.file else ""
        if path and self.expression is None:
            entries.append(self.evaluator.resolve(path))

        def evaluate(evaluator: InstrumentedEvaluator) -> Lazy:
            self.evaluator = evaluator
            return self.evaluate(evaluator, path)

        return Program(self.settings, self.host, evaluate, entries, self.evaluator.cache)

    def find_file(self) -> str:
        """The path of the file; what is none may be an attribute path without a file."""
        assert self.evaluator is not None
        path = file_path(self.evaluator, self.file)
        if not looks_like_file(self.file) and self.host.file_type(path) is None:
            raise UsageError(
                f"there is no file '{self.file}'; if it is an attribute path, name the file that it leads"
                f" into as well: {self.program} '<nixpkgs>' {self.file}"
            )
        return path

    def evaluate(self, evaluator: InstrumentedEvaluator, path: str) -> Lazy:
        """The value of the program."""
        arguments = auto_arguments(self, evaluator)
        value: Any = None
        if path:
            value = self.value_of_file(evaluator, path, arguments)
        if self.expression is None:
            return self.checked(evaluator, value)
        source = string_source(self, self.expression)
        try:
            result = evaluator.evaluate_source(source)
        except UndefinedVariable as error:
            if path and error.hint is None:
                error.hint = "With a file, '--expr' is a function of the file's value: 'pkgs: pkgs.hello'."
            raise
        if path:
            return self.checked(evaluator, evaluator.base["call"](result, value))
        return self.checked(evaluator, auto_call(result, arguments))

    def value_of_file(self, evaluator: InstrumentedEvaluator, path: str, arguments: Any) -> Lazy:
        """The value of the file; where a function is applied to it, it is evaluated once in an evaluator,
        whatever that function is."""
        if self.expression is None:
            return auto_call(evaluator.import_file(NixPath(path)), arguments)
        if path not in evaluator.kept:
            evaluator.kept[path] = auto_call(evaluator.import_file(NixPath(path)), arguments)
        value: Lazy = evaluator.kept[path]
        return value

    def checked(self, evaluator: Evaluator, value: Lazy) -> Lazy:
        """The value, unless it is a function and the command can do nothing with one."""
        if not self.functions and type(evaluator.base["force"](value)) is FunctionType:
            if self.expression is not None and not self.file:
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
        self.host.write_stdout(text)


def looks_like_file(word: str) -> bool:
    """Whether an argument beside `--expr` is a file, not an attribute path."""
    return "/" in word or word.startswith("<") or word.endswith(".nix")
