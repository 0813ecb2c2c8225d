"""`nixlite instantiate`: a stand-in for `nix-instantiate`.

Without `--eval` it prints the paths of the `.drv` files that an expression means; they are computed, and
written only where a store is named (`writing.py`). Manual: `nix-instantiate`.
"""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import (
    COMMON,
    EVALUATION,
    OBSERVATION,
    ignore,
    set_number,
    set_setting,
    store,
    turn_on,
)
from nixlite.cli.sources import file_path, stdin_source, string_source
from nixlite.cli.starting import observed, start
from nixlite.drives import given_path
from nixlite.errors import NixError, UsageError
from nixlite.runtime.thunk import force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings
    from nixlite.runtime.values import Lazy, Value
    from nixlite.source import Source

GC_WARNING = "you did not specify '--add-root'; the result might be removed by the garbage collector"


def set_form(form: str) -> Callable[[Any, list[str]], None]:
    """The action of `--json` and its like."""

    def act(command: Instantiate, words: list[str]) -> None:
        command.form = form

    return act


def add_attr_path(command: Instantiate, words: list[str]) -> None:
    """`-A`."""
    command.attr_paths.append(words[0])


def set_parse(command: Instantiate, words: list[str]) -> None:
    """`--parse`, which implies `--eval`."""
    command.parse = command.evaluate = True


FLAGS: Flags = {
    "--eval": Flag("", turn_on("evaluate"), "evaluate and print the value", own=True),
    "--strict": Flag("", turn_on("strict"), "with --eval: evaluate lists and sets all through", own=True),
    "--json": Flag("", set_form("json"), "print JSON", own=True),
    "--xml": Flag("", set_form("xml"), "print XML", own=True),
    "--no-location": Flag("", turn_on("no_location"), "with --xml: no positions", own=True),
    "--raw": Flag("", set_form("raw"), "print a string as it is", own=True),
    "--parse": Flag("", set_parse, "print the syntax tree as Nix text", own=True),
    "--find-file": Flag("", turn_on("find_file"), "look names up on the lookup path", own=True),
    "--expr": Flag("", turn_on("expressions"), "the arguments are expressions, not files", "-E", own=True),
    "--attr": Flag("path", add_attr_path, "take an attribute of the value (may be repeated)", "-A", own=True),
    **EVALUATION,
    **OBSERVATION,
    "--add-root": Flag("path", store("add_root"), "make a symlink to the .drv file", own=True),
    "--read-write-mode": Flag(
        "", turn_on("read_write_mode"), "with --eval: let programs add to the store", own=True
    ),
    "--dry-run": Flag("", turn_on("read_only_mode"), own=True),
    "--readonly-mode": Flag("", turn_on("read_only_mode"), own=True),
    "--eval-only": Flag("", turn_on("evaluate"), own=True),
    "--parse-only": Flag("", set_parse, own=True),
    "--indirect": Flag("", ignore, own=True),
    "-": Flag("", turn_on("standard_input"), own=True),
    **COMMON,
    "--help": Flag("", turn_on("help"), "show this", own=True),
    "--version": Flag("", turn_on("version"), COMMON["--version"].help, own=True),
    "--repair": Flag("", ignore, own=True),
    "--no-gc-warning": Flag("", turn_on("no_gc_warning")),
    "--no-build-output": Flag("", ignore, short="-Q"),
    "--keep-failed": Flag("", set_setting("keep-failed"), short="-K"),
    "--keep-going": Flag("", set_setting("keep-going"), short="-k"),
    "--fallback": Flag("", set_setting("fallback")),
    "--cores": Flag("n", set_number("cores")),
    "--max-silent-time": Flag("n", set_number("max-silent-time")),
    "--timeout": Flag("n", set_number("timeout")),
    "--store": Flag("dir", store("store_uri"), "write .drv files and sources to DIR/nix/store"),
}


class Instantiate(Command):
    """The command line of `nix-instantiate`, and doing what it says."""

    program = "nix-instantiate"
    usage = "nixlite instantiate [--eval | --parse | --find-file] [flags] [FILE… | -E EXPR… | -]"
    description = "Evaluate Nix, or find the derivations that it means, as nix-instantiate does."
    flags = FLAGS
    expressions = False
    standard_input = False
    evaluate = False
    parse = False
    find_file = False
    strict = False
    form = "plain"
    no_location = False
    read_write_mode = False
    read_only_mode = False
    add_root = ""
    roots = 0
    store_uri = ""
    no_gc_warning = False

    def __init__(self, settings: Settings, host: Host) -> None:
        super().__init__(settings, host)
        self.attr_paths: list[str] = []
        self.instantiated: list[str] = []

    def run(self) -> int:
        """Process what is given: the standard input first, then files or expressions in order."""
        for word in self.words:
            if word.startswith("-"):  # it came after `--`
                raise UsageError(f"unexpected argument '{word}'")
        self.settings.read_only = self.read_only_mode or (self.evaluate and not self.read_write_mode)
        evaluator = start(self)
        arguments = argument_values(self, evaluator)
        if self.find_file:
            return self.find_files(evaluator)
        observed(self, lambda: self.process_all(evaluator, arguments))
        if not self.settings.read_only and not self.parse:
            from nixlite.cli.writing import write_objects  # seldom wanted

            roots = None if self.evaluate else self.instantiated
            write_objects(self, evaluator.state.store, self.store_uri, roots)
        return 0

    def process_all(self, evaluator: Evaluator, arguments: dict[str, Lazy]) -> int:
        """Process all that the command line names."""
        if self.standard_input:
            self.process(evaluator, stdin_source(self), arguments)
        elif not self.words and not self.expressions:
            self.words.append("./default.nix")
        for word in self.words:
            if self.expressions:
                source = string_source(self, word)
            else:
                source = evaluator.read_source(file_path(evaluator, word))
            self.process(evaluator, source, arguments)
        return 0

    def find_files(self, evaluator: Evaluator) -> int:
        """`--find-file`: print where on the lookup path the names are found."""
        from nixlite.host.lookup_path import find_file, lookup_path

        state = evaluator.state
        for word in self.words:
            path = find_file(state, lookup_path(state.settings, state.host), word)
            if path.startswith("<"):
                raise NixError(f"'{path}' has no physical path")
            self.host.write_stdout(f"{path}\n")
        return 0

    def process(self, evaluator: Evaluator, source: Source, arguments: dict[str, Lazy]) -> None:
        """Parse, evaluate or instantiate one source, for each `-A` path."""
        if self.parse:
            from nixlite.syntax.unparse import show  # nobody else prints syntax

            self.host.write_stdout(f"{show(evaluator.parse_source(source))}\n")
            return
        root = evaluator.evaluate_source(source)
        for path in self.attr_paths or [""]:
            value = evaluator.guard(lambda at: select(root, at, arguments), path) if path else root
            if self.evaluate:
                self.print_value(evaluator, evaluator.guard(lambda x: evaluated(x, arguments), value))
            else:
                self.print_packages(evaluator, value, arguments)

    def print_value(self, evaluator: Evaluator, value: Value) -> None:
        """Print a value in the form that the flags ask for."""
        state = evaluator.state
        if self.form == "json":
            from nixlite.formats.json.writing import to_json

            place = None
            if type(value) is dict and "__toString" in value:  # which is called from the place of the set
                place = evaluator.place_of_set(value, None)
            text, _ = evaluator.guard(lambda x: to_json(state, x, strict=self.strict, place=place), value)
            self.host.write_stdout(f"{text}\n")
        elif self.form == "xml":
            from nixlite.formats.xml import to_xml

            written: list[str] = []

            def write_all(value: Value) -> None:
                written.clear()  # what is evaluated again, because it is deep, is written again
                to_xml(state, value, strict=self.strict, location=not self.no_location, write=written.append)

            try:
                evaluator.guard(write_all, value)
            finally:
                self.host.write_stdout("".join(written))
        elif self.form == "raw":
            from nixlite.runtime.coerce import coerce_to_string

            context = "while generating the nix-instantiate output"
            text, _ = evaluator.guard(lambda x: coerce_to_string(state, x, context), value)
            self.host.write_stdout(text)
        else:
            from nixlite.formats.nix.instantiated import show_shallow

            if self.strict:
                from nixlite.formats.nix.deep import force_deep

                evaluator.guard(lambda x: force_deep(state, x), value)
            self.host.write_stdout(f"{show_shallow(value)}\n")

    def print_packages(self, evaluator: Evaluator, value: Lazy, arguments: dict[str, Lazy]) -> None:
        """Print the `.drv` paths of the derivations in a value, with the output where it is not `out`."""
        from nixlite.cli.explain.packages import find_derivations, package_of

        force(value)
        for derivation in find_derivations(value, arguments):
            path, output = package_of(evaluator.state, derivation)
            self.instantiated.append(path)
            if self.add_root:
                path = self.make_root(path)
            elif not self.no_gc_warning:
                self.no_gc_warning = True
                self.settings.warn(GC_WARNING)
            self.host.write_stdout(f"{path}\n" if output == "out" else f"{path}!{output}\n")

    def make_root(self, path: str) -> str:
        """`--add-root`: a symlink to the `.drv` file; further ones are numbered. Returns the link's path."""

        self.roots += 1
        name = self.add_root if self.roots == 1 else f"{self.add_root}-{self.roots}"
        link = given_path(name, self.settings.cwd)
        self.host.make_link(link, path)
        return link


def argument_values(command: Instantiate, evaluator: Evaluator) -> dict[str, Lazy]:
    """The values of `--arg` and its like."""
    if not command.auto_arguments:
        return {}
    from nixlite.cli.auto_call import auto_arguments

    return auto_arguments(command, evaluator)


def select(root: Value, path: str, arguments: dict[str, Lazy]) -> Lazy:
    """What `-A` selects."""
    from nixlite.cli.auto_call import find_along_attr_path

    return find_along_attr_path(root, path, arguments)


def evaluated(value: Lazy, arguments: dict[str, Lazy]) -> Value:
    """The value in WHNF; only where there are arguments is a function called with them."""
    value = force(value)
    if not arguments:
        return value
    from nixlite.cli.auto_call import auto_call

    return auto_call(value, arguments)
