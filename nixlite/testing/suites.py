"""The tests of a file or a flake, and the evaluators that all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path, parse_attr_path
from nixlite.cli.command import Command
from nixlite.cli.explain.ways import FlakeWay
from nixlite.cli.flags import COMMON, EVALUATION
from nixlite.cli.flake.locking import LOCKING, Locking, outputs_of
from nixlite.cli.running import read_command_line
from nixlite.cli.starting import start
from nixlite.errors import NixTypeError, UsageError
from nixlite.explain.diff.report import compare, render
from nixlite.host.configuration import load_configuration
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.thunk import force
from nixlite.runtime.values import FunctionType, NixPath, lambda_info, show_type
from nixlite.source import Source
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk
from nixlite.testing.cases import Case, is_package, looks_like_test, place_of, shown_name, tests_in
from nixlite.testing.checking import Failure, check, guarded
from nixlite.testing.markdown import fences_in

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy

RUN_TESTS = "runTests"
IDENTITY = "(x: x)"


class Evaluation(Command):
    """What evaluates the tests: settings and flags as on a command line of nixlite's."""

    program = "nixlite test"
    shows_progress = False

    def __init__(self, words: Sequence[str] = (), *, pure: bool = False) -> None:
        """*words*: flags, as `--arg NAME EXPR`. Raises UsageError."""
        super().__init__(Settings(), RealHost())
        self.locking = Locking()
        self.locking.write = False
        load_configuration(self.settings, self.host)
        self.settings.pure_eval = pure
        read_command_line(self, [*words], {**EVALUATION, **COMMON, **LOCKING})
        if self.words:
            raise UsageError(f"'{self.words[0]}' is no flag of the evaluation")
        self._started: Evaluator | None = None

    def evaluator_of(self) -> Evaluator:
        """The evaluator, made when it is first asked for: files are evaluated once for all tests."""
        if self._started is None:
            self._started = start(self)
        return self._started


class Suite(NamedTuple):
    """What holds the tests of a file or flake, the attribute path to it, the file as positions name it, and
    whether it is only a set of tests, with no sets in it."""

    value: Any
    prefix: tuple[str, ...]
    path: str
    flat: bool


class Suites:
    """All suites of a run. *words*: flags of the evaluation; *attr*: where in a file the tests are."""

    def __init__(self, words: Sequence[str] = (), attr: str = "") -> None:
        self.plain = Evaluation(words)
        self._words = words
        self._flakes: Evaluation | None = None
        self.attr = attr

    @property
    def flakes(self) -> Evaluation:
        """What evaluates flakes: purely, unless it is told otherwise."""
        if self._flakes is None:
            self._flakes = Evaluation(self._words, pure=True)
        return self._flakes

    def close(self) -> None:
        """Write to the cache what was compiled."""
        for evaluation in (self.plain, self._flakes):
            if evaluation is not None and evaluation._started is not None:
                evaluation._started.close()

    # -- finding tests

    def cases(self, path: str, *, named: bool = True) -> list[Case]:
        """The tests in the file at *path*, which is absolute, by name. Raises NixError, explained.

        *named*: somebody asks for the tests of this file. Else there may be none: many files are called
        `tests.nix`, and functions that get packages are no suites.
        """
        from nixlite.errors import NixError

        flake = path.rpartition("/")[2] == "flake.nix"
        evaluator = (self.flakes if flake else self.plain).evaluator_of()
        try:
            if path.endswith(".md"):
                return fences_in(evaluator, path)
            suite = self.flake(path) if flake else self.file(path, named=named)
            if isinstance(suite, Case):
                return [suite]
            found: list[Case] = guarded(evaluator, lambda x: list(cases_of(evaluator, x)), suite)
            return found
        except NixError as error:
            evaluator.explain(error)
            raise

    def file(self, path: str, *, named: bool) -> Suite | Case:
        """The tests of a file; a case that is skipped for a file that nobody named and that wants arguments.

        For a file that ends in `runTests { … }` that is what `runTests` is given: what it gives tells only
        what failed, and nothing if one test cannot be evaluated.
        """
        evaluator = self.plain.evaluator_of()
        arguments = auto_arguments(self.plain, evaluator)
        source = evaluator.read_source(path)
        text = source.text
        if RUN_TESTS in text:
            text = without_run_tests(text, evaluator.parse(source))

        def function(_: None) -> Lazy:
            if text == source.text:
                return evaluator.import_file(NixPath(path))
            return evaluator.evaluate_source(Source(source.name, text, base=source.base))

        def value(found: Lazy) -> Lazy:
            return auto_call(find_along_attr_path(found, self.attr, arguments), arguments)

        whole = guarded(evaluator, function, None)
        if not named and (why := why_no_suite(whole, arguments)):
            return Case("tests", None, why, lambda: None)
        return Suite(guarded(evaluator, value, whole), self.prefix(), path, flat=text != source.text)

    def prefix(self) -> tuple[str, ...]:
        """What the paths of tests begin with."""
        return tuple(parse_attr_path(self.attr))

    def flake(self, path: str) -> Suite:
        """The tests that a flake provides."""
        evaluator = self.flakes.evaluator_of()
        way = FlakeWay(self.flakes, f"{path.rpartition('/')[0] or '/'}#")
        locked = way.locked(evaluator)
        outputs = outputs_of(evaluator, locked)
        attr = self.attr or "tests"
        value = guarded(evaluator, lambda x: force(find_along_attr_path(x, attr, {})), outputs)
        return Suite(value, self.prefix(), f"{locked.flake.directory}/flake.nix", flat=False)

    def has_tests(self, path: str) -> bool:
        """Whether a flake seems to provide tests: only then it is evaluated, which may fetch its inputs."""
        evaluator = self.plain.evaluator_of()
        source = evaluator.read_source(path)
        name = parse_attr_path(self.attr)[0] if self.attr else "tests"
        return any(name in node.bindings for node in walk(evaluator.parse(source)) if type(node) is n.AttrSet)


def why_no_suite(value: Any, arguments: Container[str]) -> str:
    """Why a file has no tests: it is a function that wants something; "" if it may have some."""
    if type(value) is not FunctionType:
        return ""
    formals = lambda_info(value).formals
    if formals is None:
        return "it is a function"
    missing = [name for name, optional in formals if not optional and name not in arguments]
    return f"it is a function that wants '{missing[0]}' (--arg {missing[0]} EXPR)" if missing else ""


def cases_of(evaluator: Evaluator, suite: Suite) -> Iterator[Case]:
    """The tests of a suite. Raises NixTypeError for what holds none."""
    value = force(suite.value)
    if type(value) is tuple:
        yield from failures_in(evaluator, value)
        return
    if type(value) is not dict:
        raise NixTypeError(f"tests are in a set, but '{suite.path}' gives {show_type(value)}")
    if is_package(value):
        return

    def run(lazy: Any) -> Any:
        return lambda: check(evaluator, lazy)

    if suite.prefix and looks_like_test(value):
        yield Case(shown_name(suite.prefix), None, "", run(value))
        return
    for found in tests_in(value, flat=suite.flat):
        place = place_of(found)
        line = place[1] if place is not None and place[0] == suite.path else None
        yield Case(shown_name((*suite.prefix, *found.path)), line, found.skip, run(found.value))


def without_run_tests(text: str, tree: n.Expr) -> str:
    """The text of a file whose value is `runTests TESTS`, with the identity in the place of `runTests`; all
    else stays where it is, as positions do."""
    for node in last_calls(tree):
        function = node.function
        name = function.path[-1] if type(function) is n.Select and function.default is None else None
        named = name == RUN_TESTS or (type(function) is n.Var and function.name == RUN_TESTS)
        if named and len(node.arguments) == 1:
            old = text[function.start : function.end]
            lines = "\n" * old.count("\n")
            new = IDENTITY + " " * (len(old) - len(IDENTITY) - len(lines)) + lines
            text = text[: function.start] + new + text[function.end :]
    return text


def last_calls(tree: n.Expr) -> Iterator[n.Call]:
    """The calls that may give the value of an expression, or of the function that it is."""
    while isinstance(tree, n.Lambda | n.Let | n.With | n.Assert):
        tree = tree.body
    if type(tree) is n.If:
        yield from last_calls(tree.then)
        yield from last_calls(tree.otherwise)
    elif type(tree) is n.Call:
        yield tree


# -- what `lib.runTests` gives


def failures_in(evaluator: Evaluator, rows: tuple[Lazy, ...]) -> Iterator[Case]:
    """What `lib.runTests` has found: a failure each; one test that passes where there is none."""

    def run(attrs: Any) -> Any:
        return lambda: report(evaluator, attrs)

    if not rows:
        yield Case(RUN_TESTS, None, "", lambda: None)
    for at, row in enumerate(rows):
        attrs = force(row)
        if type(attrs) is not dict or not {"name", "expected", "result"} <= attrs.keys():
            raise NixTypeError("a list of tests is what 'lib.runTests' gives: { name, expected, result }")
        name = force(attrs["name"])
        yield Case(name if type(name) is str else str(at), None, "", run(attrs))


def report(evaluator: Evaluator, attrs: dict[str, Lazy]) -> None:
    """Fail as `lib.runTests` has found."""

    def shown(colour: bool, width: int, everything: bool) -> str:
        def difference(pair: tuple[Lazy, Lazy]) -> str:
            found = compare(pair[0], pair[1], evaluator.state)
            return render(found, evaluator.state, colour=colour, width=width)

        return f"expected → found:\n\n{guarded(evaluator, difference, (attrs['expected'], attrs['result']))}"

    raise Failure("'lib.runTests' says so", shown)
