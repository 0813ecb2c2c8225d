"""`nixlite eval`: what `nix eval` does, for expressions and files; also plainly `nixlite eval FILE`.

Evaluation is pure unless a file is named or `--impure` given. `FLAKE#ATTRPATH` is what it is for `nix eval`.
Manual: `nix eval`.
"""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, find_along_attr_path
from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON, EVALUATION, OBSERVATION, ignore, store, turn_on
from nixlite.cli.flake.locking import LOCKING, Locking, flake_attribute, is_flake
from nixlite.cli.sources import file_path, stdin_source, string_source
from nixlite.cli.starting import observed, start
from nixlite.drives import given_path
from nixlite.errors import EvalError, NixTypeError, UsageError
from nixlite.runtime.call import call
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, NixPath
from nixlite.source import NO_PLACE, shown_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy, Value

    RunDebugged = Callable[[Evaluator, Callable[[], int]], int]


FLAGS: Flags = {
    "--expr": Flag("expr", store("expression"), "evaluate an expression"),
    "--file": Flag(
        "file", store("file"), "evaluate a file, or the standard input (-); implies --impure", "-f"
    ),
    "--apply": Flag("expr", store("apply"), "apply a function to the value"),
    "--json": Flag("", turn_on("json"), "print JSON"),
    "--raw": Flag("", turn_on("raw"), "print a string as it is"),
    "--pretty": Flag("", turn_on("pretty"), "spread JSON over lines"),
    "--no-pretty": Flag("", turn_on("compact"), "JSON on one line"),
    "--write-to": Flag("path", store("write_to"), "write a string, or a set of strings, to files"),
    "--read-only": Flag("", turn_on("read_only"), "add nothing to the store"),
    "--debugger": Flag("", turn_on("debugger"), "stop at errors and builtins.break in a REPL"),
    **EVALUATION,
    **OBSERVATION,
    **COMMON,
    "--offline": Flag("", ignore),
    "--no-net": Flag("", ignore),
    "--refresh": Flag("", ignore),
    "--print-build-logs": Flag("", ignore, short="-L"),
    **LOCKING,
}


class Evaluate(Command):
    """The command line of `nix eval`, and doing what it says.

    `run_debugged` runs a function under the debugger and returns its exit code. It is given by whoever makes
    the command, for the REPL lies above the commands.
    """

    program = "nix"
    pure = True  # `--impure` and `--file` undo this
    usage = "nixlite eval [flags] [FLAKE#ATTRPATH | [FILE | --expr EXPR | -f FILE] [ATTRPATH]]"
    description = "Evaluate a Nix expression and print its value, as nix eval does."
    flags = FLAGS
    file = ""
    flake = ""
    expression: str | None = None
    apply: str | None = None
    json = False
    raw = False
    pretty = False
    compact = False
    write_to: str | None = None
    read_only = False
    debugger = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.locking = Locking()

    def run(self) -> int:
        """Evaluate one value and print it or write it to files."""
        path = self.installable()
        if self.raw and self.json:
            raise UsageError("--raw and --json are mutually exclusive")
        self.settings.read_only = self.read_only
        evaluator = start(self)
        if self.debugger:
            assert self.debugged is not None
            self.unwatch()  # a person will be typing
            return self.debugged(evaluator, lambda: self.evaluate(evaluator, path))
        return observed(self, lambda: self.evaluate(evaluator, path))

    def evaluate(self, evaluator: Evaluator, path: str) -> int:
        """Evaluate and print."""
        value = force(self.selected(evaluator, path))
        if self.apply is not None:
            value = call(evaluator.evaluate_source(string_source(self, self.apply, "--apply")), value)
        if self.write_to is not None:
            self.write(value, self.write_to)
        else:
            self.print(evaluator, value)
        return 0

    def installable(self) -> str:
        """The attribute path to take; sees to it that there is one program to evaluate."""
        if self.file and self.expression is not None:
            raise UsageError("'--file' and '--expr' are exclusive")
        if not self.file and self.expression is None:
            if is_flake(self, self.words[0] if self.words else "."):
                self.flake = self.words.pop(0) if self.words else "."
            else:
                self.file = self.plain_file()
        if len(self.words) > 1:
            raise UsageError(f"unexpected argument '{self.words[1]}'")
        if self.file:
            self.settings.pure_eval = False
        word = self.words[0].partition("^")[0] if self.words else ""
        return "" if word == "." else word

    def plain_file(self) -> str:
        """The file named by the first argument where neither `-f` nor `--expr` is given."""
        if not self.words:
            raise UsageError("there is nothing to evaluate: name a file or give '--expr EXPR'")
        word = self.words.pop(0)
        path = given_path(word, self.settings.cwd)
        is_file = word == "-" or word.startswith("<") or self.host.exists(self.host.real_path(path))
        if not is_file:
            raise EvalError(f"there is no file '{word}', nor a flake")
        return word

    def selected(self, evaluator: Evaluator, path: str) -> Lazy:
        """The value of the program, and in it what the attribute path leads to."""
        if self.flake:
            return find_along_attr_path(flake_attribute(self, evaluator, self.flake, self.locking), path, {})
        arguments = auto_arguments(self, evaluator)
        if self.expression is not None:
            value = evaluator.evaluate_source(string_source(self, self.expression))
        elif self.file == "-":
            value = evaluator.evaluate_source(stdin_source(self))
        else:
            value = evaluator.import_file(NixPath(file_path(evaluator, self.file)))
        return find_along_attr_path(value, path, arguments)

    def print(self, evaluator: Evaluator, value: Value) -> None:
        """Print a value in the form that the flags ask for."""
        state = evaluator.state
        if self.raw:
            from nixlite.runtime.coerce import coerce_to_string

            context = "while generating the eval command output"
            text, _ = evaluator.guard(lambda x: coerce_to_string(state, x, context), value)
            self.host.write_stdout(text)
        elif self.json:
            from nixlite.formats.json.writing import to_json

            pretty = self.pretty or (self.host.is_terminal("stdout") and not self.compact)
            indent = 2 if pretty else 0
            text, _ = evaluator.guard(lambda x: to_json(state, x, copy_to_store=False, indent=indent), value)
            self.host.write_stdout(f"{text}\n")
        else:
            from nixlite.formats.nix.evaluated import show_value

            self.host.write_stdout(f"{evaluator.guard(lambda x: show_value(state, x), value)}\n")

    def write(self, value: Value, path: str) -> None:
        """`--write-to`: a string becomes a file, a set a directory of such."""
        directory = "" if path.startswith("/") else f"{self.settings.cwd}/"
        if path and self.host.exists(directory + path):
            raise EvalError(f"path '{path}' already exists")
        write_value(Output(self.host, directory), value, path, NO_PLACE)


class Output:
    """Where files are written: *directory* (with a slash, or empty) is what relative paths begin in."""

    def __init__(self, host: Host, directory: str) -> None:
        self.host = host
        self.directory = directory

    def write_file(self, path: str, text: str) -> None:
        """Make a new file; messages have *path* as it is."""
        self.host.write_file(self.directory + path if path else "", text, shown=path)

    def make_directory(self, path: str) -> None:
        """Make a new directory."""
        self.host.make_directory(self.directory + path, shown=path)


def write_value(output: Output, value: Value, path: str, place: str) -> None:
    """Write *value*, found at *place*, to files below *path*."""
    if isinstance(value, str | ContextString):
        output.write_file(path, value.text if isinstance(value, ContextString) else value)
    elif type(value) is dict:
        output.make_directory(path)
        for name, item in value.items():
            write_attribute(output, name, item, path)
    else:
        raise NixTypeError(f"value at '{place}' is not a string or an attribute set")


def write_attribute(output: Output, name: str, item: Lazy, directory: str) -> None:
    """Write one attribute to its file or directory."""
    error_position = attribute_position(item)
    error_context = f"while evaluating the attribute '{name}'"  # both are read by `traces`
    if name in (".", ".."):
        raise EvalError(f"invalid file name '{name}'")
    write_value(output, force(item), f"{directory}/{name}", shown_place(error_position))
    del error_context
