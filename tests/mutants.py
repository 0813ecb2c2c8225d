"""Mutation testing: does a test fail when the code is changed a little?

python -m tests.mutants FILE…            the mutants of some files that no test notices
python -m tests.mutants FILE --line 120  only those of a line; --list names them and runs nothing
python -m tests.mutants FILE --tests T…  what these tests, paths in tests/, do not notice; quick, where a file's are many

A mutant is a file with one change: a comparison turned around, a condition denied, a constant changed, a
statement left out, a loop that ends after its first round. Each is tried in a process of its own with the tests in
`TESTS` that run what is changed, the quick ones first, until one fails (see `mutant_trials`); what is in no function
with all of them. What survives and may is in `survivors.toml` with the reason. The exit code is 1 if another mutant survives.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.mutant_trials import ELSEWHERE, SURVIVED, Trial, Trying, places_of, silence
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

HERE = ROOT / "tests"
SURVIVORS = HERE / "survivors.toml"
SECONDS = 60
"""For the tests of one mutant, after which it counts as noticed: it loops."""

INTEROP = [
    "interop/test_values.py", "interop/test_from_python.py", "interop/test_functions.py", "interop/test_evaluating.py",
    "interop/test_errors.py", "test_api.py", "interop/test_properties.py",
]  # fmt: skip
QUESTIONS = ["interop/test_questions.py"]
HOSTS = [
    "host", "runtime/test_host.py", "runtime/test_config.py", "runtime/test_settings.py", "runtime/test_lookup_path.py",
    "builtins/test_files.py", "fetch/test_servers.py", "interop/test_evaluating.py", "test_api.py",
]  # fmt: skip
TESTS = {
    "nixlite/api.py": [*INTEROP, *QUESTIONS, "interop/test_async.py"],
    "nixlite/questions.py": QUESTIONS,
    "nixlite/interop/answers.py": QUESTIONS,
    "nixlite/interop/replay.py": QUESTIONS,
    "nixlite/interop/roots.py": [*QUESTIONS, *INTEROP],
    "nixlite/interop/origins.py": QUESTIONS,
    "nixlite/interop/workers.py": ["interop/test_async.py"],
    "nixlite/interop/functions.py": ["interop/test_functions.py", *QUESTIONS],
    "nixlite/interop/annotations.py": ["interop/test_functions.py"],
    "nixlite/interop/from_python.py": ["interop/test_from_python.py", *INTEROP],
    "nixlite/interop/owner.py": ["interop/test_from_python.py", *INTEROP],
}
"""The tests of a file, those first that notice most; of others all in `INTEROP`."""

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd,
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: the node that *change* makes another of (None: leaves out), by its number in the tree."""

    number: int
    line: int
    what: str
    change: Callable[[Any], ast.AST | None]


def key_of(mutant: Mutant, lines: Sequence[str]) -> str:
    """What a mutant is called in `survivors.toml`: it does not change when lines are added elsewhere."""
    return f"{lines[mutant.line - 1].strip()}  ⇒  {mutant.what}"


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """All mutants of a file, in the order of its lines."""
    skipped = set(unmutated(tree))
    found = []
    for number, node in enumerate(ast.walk(tree)):
        line = node.target.lineno if isinstance(node, ast.comprehension) else getattr(node, "lineno", 0)
        if id(node) not in skipped and line:
            found += [Mutant(number, line, what, change) for what, change in changes(node)]
    yield from sorted(found, key=lambda mutant: (mutant.line, mutant.number, mutant.what))


def unmutated(tree: ast.Module) -> Iterator[int]:
    """What is no code that runs: docstrings, annotations, imports, what is for type checkers only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from whole(node)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Delete):
            yield from whole(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for part in (node, node.test, *node.body):
                yield from whole(part) if part is not node else [id(node)]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (
            "TYPE_CHECKING",
            "__slots__",
            "__hash__",
        ):
            yield from whole(node)
        for part in annotations_of(node):
            yield from whole(part)


def annotations_of(node: ast.AST) -> Iterator[ast.AST]:
    """The annotations and decorators of a node."""
    for name in ("annotation", "returns"):
        part = getattr(node, name, None)
        if part is not None:
            yield part
    yield from getattr(node, "decorator_list", ())


def whole(node: ast.AST) -> Iterator[int]:
    """The identities of a node and all that is in it."""
    yield from (id(part) for part in ast.walk(node))


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST | None]]]:
    """What may be made of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"{ast.unparse(node)[:50]} turned", swap_comparison
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} swapped", swap_operator
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", lambda found: found.operand
    elif isinstance(node, ast.Constant):
        yield from constant_changes(node)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "condition denied", deny
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield "returns None", lambda found: ast.Return(ast.Constant(None))
    elif isinstance(node, ast.For):
        yield "only the first round", first_round
    elif isinstance(node, ast.comprehension):
        yield "only the first item", first_round
    elif isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Continue | ast.Assert):
        yield "left out", lambda found: ast.Pass()


def constant_changes(node: ast.Constant) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """Another constant of the same kind."""
    value = node.value
    if isinstance(value, bool):
        yield "another truth", lambda found: ast.Constant(not found.value)
    elif isinstance(value, int | float):
        yield "one more", lambda found: ast.Constant(found.value + 1)
    elif isinstance(value, str) and value not in ("", "utf-8"):  # Python takes `utf-8~` for the same
        yield f"not {value[:20]!r}", lambda found: ast.Constant(f"{found.value}~")


def swap_comparison(node: ast.Compare) -> ast.AST:
    return ast.Compare(node.left, [SWAPPED[type(node.ops[0])](), *node.ops[1:]], node.comparators)  # type: ignore[list-item] # as the table has it


def swap_operator(node: Any) -> ast.AST:
    node.op = SWAPPED[type(node.op)]()
    return node  # type: ignore[no-any-return] # it is one


def deny(node: Any) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node  # type: ignore[no-any-return] # it is one


def first_round(node: Any) -> ast.AST:
    first = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
    node.iter = ast.Subscript(first, ast.Slice(upper=ast.Constant(1)), ast.Load())
    return node  # type: ignore[no-any-return] # it is one


class Replacing(ast.NodeTransformer):
    """Makes the change of a mutant."""

    def __init__(self, target: ast.AST, mutant: Mutant) -> None:
        self.target = target
        self.mutant = mutant

    def visit(self, node: ast.AST) -> Any:
        """The changed node, or the same with changes inside."""
        if node is self.target:
            return self.mutant.change(node)
        return self.generic_visit(node)


def mutated(tree: ast.Module, mutant: Mutant) -> ast.Module:
    """The file with a mutant's change."""
    tree = copy.deepcopy(tree)
    target = next(node for number, node in enumerate(ast.walk(tree)) if number == mutant.number)
    changed = Replacing(target, mutant).visit(tree)
    return ast.fix_missing_locations(changed)  # type: ignore[no-any-return] # a module stays one


class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a changed tree."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name = name
        self.path = path
        self.tree = tree

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """The module, if it is the one."""
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def is_noticed(path: Path, tree: ast.Module, tests: list[str]) -> bool:
    """Whether a test fails with a changed file; in a process of its own."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            code = run_tests(path, tree, tests)
        finally:
            os._exit(code)
    ends = time.monotonic() + SECONDS
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status) != 0
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        time.sleep(0.01)


def run_tests(path: Path, tree: ast.Module, tests: list[str]) -> int:
    """The exit code of pytest, in silence."""
    silence()
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    sys.meta_path.insert(0, Loader(name, path, tree))
    return run_pytest(tests, [])


def run_pytest(tests: list[str], plugins: list[object]) -> int:
    """The exit code of pytest."""
    import pytest

    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # loaded before the fork
    return int(pytest.main([*options, *[str(HERE / test) for test in tests]], plugins))


def wanted(path: Path, line: int | None) -> Iterator[tuple[str, Mutant]]:
    """The mutants of a file, or of one line, that are not known to survive; each with its key."""
    text = path.read_text("utf-8")
    known = reasons().get(name_of(path), {})
    for mutant in mutants(ast.parse(text)):
        key = key_of(mutant, text.split("\n"))
        if key not in known and line in (None, mutant.line):
            yield key, mutant


def survivors(
    wanted: Sequence[tuple[Path, str, Mutant]], jobs: int, tests: list[str]
) -> Iterator[tuple[Path, str, Mutant]]:
    """Those of some mutants that no test notices. Raises AssertionError if a test fails where nothing is changed."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path, _, _ in wanted}
    places = {path: places_of(tree) for path, tree in trees.items()}
    trials = [
        Trial(str(path), partial(mutated, trees[path], mutant), *places[path][mutant.number])
        for path, _, mutant in wanted
    ]
    tests = tests or list(dict.fromkeys(test for path in trees for test in tests_of(path)))
    elsewhere = []
    for number, verdict in quickly(trials, tests, jobs):
        if verdict == SURVIVED:
            yield wanted[number]
        elif verdict == ELSEWHERE:
            elsewhere.append(number)
    for number in elsewhere:
        if not is_noticed(wanted[number][0], trials[number].tree(), tests):
            yield wanted[number]


def quickly(trials: Sequence[Trial], tests: list[str], jobs: int) -> Iterator[tuple[int, str]]:
    """What comes of each trial, by its number, as it comes; nothing is imported here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            silence()

            def tell(first: object, rest: str) -> int:
                return os.write(writing, f"{first} {rest}\n".encode())

            trying = Trying(trials, jobs, tell)
            run_pytest(tests, [trying])
            for name in trying.failed:
                tell("failed", name)
        finally:
            os._exit(0)
    os.close(writing)
    failed, told = [], 0
    with open(reading, encoding="utf-8") as answers:
        for line in answers:
            first, _, rest = line.rstrip().partition(" ")
            if first == "failed":
                failed.append(rest)
            else:
                told += 1
                yield int(first), rest
    os.waitpid(child, 0)
    assert not failed, f"tests fail as it is: {failed}"
    assert told == len(trials), "pytest has ended early: $MUTANT_LOG names a file that gets what it says"


def name_of(path: Path) -> str:
    """The path as the tables have it."""
    return str(path.relative_to(ROOT))


def tests_of(path: Path) -> list[str]:
    """The tests of a file."""
    name = name_of(path)
    return TESTS.get(name) or (HOSTS if name.startswith("nixlite/host/") else INTEROP)


def reasons() -> dict[str, dict[str, str]]:
    """Why the mutants that are known may survive, by file and key."""
    return tomllib.loads(SURVIVORS.read_text("utf-8"))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--line", type=int)
    parser.add_argument("--tests", nargs="+", help="only these, by their paths in tests/")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    import hypothesis
    import lark
    import pytest

    print(
        "with",
        *(f"{each.__name__} {each.__version__}" for each in (pytest, hypothesis, lark)),
        file=sys.stderr,
    )
    found = [
        (path.resolve(), *each) for path in options.files for each in wanted(path.resolve(), options.line)
    ]
    alive = 0
    for path, key, mutant in found if options.list else survivors(found, options.jobs, options.tests or []):
        alive += 1
        print(f"{name_of(path)}:{mutant.line}: {key}", flush=True)
    print(f"{alive} of {len(found)}", file=sys.stderr)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
