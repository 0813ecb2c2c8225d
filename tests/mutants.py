"""Mutation testing: does a test fail when the code is changed a little?

python -m tests.mutants FILE…            the mutants of some files that no test notices
python -m tests.mutants FILE --line 120  only those of a line; --list names them and runs nothing

A mutant is a file with one change: a comparison turned around, a condition denied, a constant changed, a
statement left out, a loop that ends after its first round. Each is tried in a process of its own, forked from one that has loaded
pytest, with the tests in `TESTS`, until the first one fails. What survives and may is in `survivors.toml` with the
reason. The exit code is 1 if another mutant survives.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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
    elif isinstance(value, str) and value:
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
    import pytest

    nothing = os.open(os.environ.get("MUTANT_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    sys.meta_path.insert(0, Loader(name, path, tree))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # loaded before the fork
    return int(pytest.main([*options, *[str(HERE / test) for test in tests]]))


def survivors(path: Path, line: int | None, *, only_list: bool) -> Iterator[tuple[str, Mutant]]:
    """The mutants that no test notices, each with its key."""
    text = path.read_text("utf-8")
    tree, lines = ast.parse(text), text.split("\n")
    tests = TESTS.get(str(path.relative_to(ROOT)), INTEROP)
    known = reasons().get(str(path.relative_to(ROOT)), {})
    for mutant in mutants(tree):
        key = key_of(mutant, lines)
        if (line is not None and mutant.line != line) or key in known:
            continue
        if only_list or not is_noticed(path, mutated(tree, mutant), tests):
            yield key, mutant


def reasons() -> dict[str, dict[str, str]]:
    """Why the mutants that are known may survive, by file and key."""
    return tomllib.loads(SURVIVORS.read_text("utf-8"))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--line", type=int)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    import hypothesis
    import lark
    import pytest

    print(
        "with",
        *(f"{each.__name__} {each.__version__}" for each in (pytest, hypothesis, lark)),
        file=sys.stderr,
    )
    alive = 0
    for path in options.files:
        full = path.resolve()
        if not is_noticed_free(full):
            print(f"{path}: its tests fail as it is")
            return 2
        for key, mutant in survivors(full, options.line, only_list=options.list):
            alive += 1
            print(f"{path}:{mutant.line}: {key}", flush=True)
    return 1 if alive else 0


def is_noticed_free(path: Path) -> bool:
    """Whether the tests pass where nothing is changed."""
    tests = TESTS.get(str(path.relative_to(ROOT)), INTEROP)
    return not is_noticed(path, ast.parse(path.read_text("utf-8")), tests)


if __name__ == "__main__":
    sys.exit(main())
