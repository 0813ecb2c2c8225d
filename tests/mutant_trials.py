"""Trying mutants quickly: see `mutants`, whose command line it is that is used.

One process collects the tests once and notes, in a child that runs them all, which of them run which lines. Each
mutant is then tried in a child of its own, where the function that it changes gets other code: only by the tests
that run the changed lines, the quick ones first, until one fails. What is not in a function (a table, the
attribute of a class) is changed before anything is imported, which takes longer: `Trying.tried` leaves that.
"""

from __future__ import annotations

import ast
import importlib
import os
import pickle
import resource
import shutil
import signal
import tempfile
import time
import traceback
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pytest

SECONDS = 20.0
"""What the tests of one mutant may take beyond ten times what they took without it: else it loops."""

MEMORY = 8 << 30
"""Bytes of addresses that a mutant may ask for."""

NOTICED, SURVIVED, ELSEWHERE = "noticed", "survived", "elsewhere"
"""What comes of a mutant; `ELSEWHERE`: it is not in a function, and has to be tried by `mutants.is_noticed`."""

Places = dict[tuple[str, int], set[str]]
"""By file and first line of a statement the tests that run it."""


class Trial(NamedTuple):
    """A mutant to be tried: its file, what makes that file's tree with the change, the first line of the statement."""

    path: str
    tree: Callable[[], ast.Module]
    line: int
    function: str
    """The qualified name of the outermost function that it is in; "" if it is in none."""


def places_of(tree: ast.Module) -> dict[int, tuple[int, str]]:
    """For each node by its number: the first line of the smallest statement that it is in, and the qualified name of
    the outermost function that it is in."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    found = dict.fromkeys(numbers.values(), (0, ""))
    for node, function in statements(tree, ""):
        for part in ast.walk(node):
            number = numbers[id(part)]
            line = node.body[0] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else node
            found[number] = first_line(line), found[number][1] or function
    return found


def statements(node: ast.AST, prefix: str) -> Iterator[tuple[ast.stmt, str]]:
    """All statements below a node, outer ones first, with the outermost function that each is in the body of."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield (
                child,
                prefix + child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else "",
            )
        if isinstance(child, ast.ClassDef):
            yield from statements(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in child.body:
                yield from (
                    (part, prefix + child.name) for part in ast.walk(inner) if isinstance(part, ast.stmt)
                )
        else:
            yield from statements(child, prefix)


def silence() -> None:
    """Nothing is written to the outputs any more; `$MUTANT_LOG` names a file that gets it, to find mistakes."""
    nothing = os.open(os.environ.get("MUTANT_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


# -- changing what is loaded


def replace_functions(path: str, tree: ast.Module, names: Iterable[str]) -> None:
    """Give functions of a file, which is loaded, the code that they have in another tree of it."""
    module = module_of(path)
    scratch: dict[str, Any] = {
        "__name__": module.__name__,
        "__file__": path,
        "__package__": module.__package__,
    }
    scratch["__seen__"] = set()  # what is in an `if` of the module's own tells as it is loaded
    exec(compile(tree, path, "exec"), scratch)
    for name in names:
        for own, other in zip(find(vars(module), name), find(scratch, name), strict=True):
            own.__code__ = other.__code__
            own.__defaults__, own.__kwdefaults__ = other.__defaults__, other.__kwdefaults__


def module_of(path: str) -> ModuleType:
    """The module of a file, loaded if it was not."""
    return importlib.import_module(".".join(Path(path).relative_to(ROOT).with_suffix("").parts))


def find(names: dict[str, Any], qualified: str) -> list[FunctionType]:
    """The functions of a qualified name; of a property there may be several. Raises ValueError, KeyError."""
    *classes, name = qualified.split(".")
    found: Any = names
    for each in classes:
        found = vars(found[each])
    found = found[name]
    if isinstance(found, property):
        parts: list[Any] = [part for part in (found.fget, found.fset, found.fdel) if part is not None]
    else:
        parts = [getattr(found, "__func__", found)]
    if any(type(part) is not FunctionType or hasattr(part, "__wrapped__") for part in parts):
        raise ValueError(qualified)
    return parts


class Noting(ast.NodeTransformer):
    """Lets each statement of some functions tell a set, `__seen__`, that it is run: by its first line."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list) and not isinstance(node, ast.Module | ast.ClassDef):
                setattr(node, field, [each for one in inner for each in (noted(one), one)])
        return node


def noted(statement: ast.stmt) -> ast.stmt:
    """The statement that tells of another."""
    return ast.parse(f"__seen__.add((__file__, {first_line(statement)}))").body[0]


def first_line(node: Any) -> int:
    """The first line of a statement with its decorators."""
    line: int = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return line


class Trying:
    """A plugin of pytest's that tries mutants instead of running the tests that were collected."""

    def __init__(self, trials: Sequence[Trial], jobs: int, tell: Callable[[int, str], object]) -> None:
        self.trials = trials
        self.jobs = jobs
        self.tell = tell
        self.failed: list[str] = []
        self.fails = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test has failed."""
        self.fails = self.fails or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try them all."""
        if session.testsfailed:
            self.failed.append("collecting")
            return True
        for path in {trial.path for trial in self.trials}:
            module_of(path)
        self.items = {item.nodeid: item for item in session.items}
        with tempfile.TemporaryDirectory() as folder:
            self.folder = Path(folder)
            self.places, self.took, self.failed = self.before()
            if not self.failed:
                self.try_all()
        return True

    def before(self) -> tuple[Places, dict[str, float], list[str]]:
        """Which tests run which lines where nothing is changed, how long each takes, and which fail."""
        answer = self.folder / "before"
        child = self.fork(lambda: answer.write_bytes(pickle.dumps(self.note())) and 0)
        os.waitpid(child, 0)
        found: tuple[Places, dict[str, float], list[str]] = pickle.loads(answer.read_bytes())
        return found

    def note(self) -> tuple[Places, dict[str, float], list[str]]:
        """As `before`, here."""
        seen: set[tuple[str, int]] = set()
        for path in {trial.path for trial in self.trials}:
            names = {trial.function for trial in self.trials if trial.path == path and is_replaceable(trial)}
            tree = ast.parse(Path(path).read_text("utf-8"))
            vars(module_of(path))["__seen__"] = seen
            replace_functions(path, ast.fix_missing_locations(Noting().visit(tree)), names)
        places: Places = {}
        took, failed = {}, []
        for name in self.items:
            seen.clear()
            begun = time.perf_counter()
            failed += [] if self.passes(name) else [name]
            took[name] = time.perf_counter() - begun
            for place in seen:
                places.setdefault(place, set()).add(name)
        return places, took, failed

    def passes(self, name: str) -> bool:
        """Whether a test passes."""
        item = self.items[name]
        self.fails = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self.fails

    def fork(self, work: Callable[[], int]) -> int:
        """A child that does some work in silence and ends with what it gives."""
        child = os.fork()
        if child:
            return child
        code = 3
        try:
            os.setpgid(0, 0)
            folder = tempfile.mkdtemp(dir=self.folder)
            os.environ |= {"TMPDIR": folder, "PYTEST_DEBUG_TEMPROOT": folder}
            tempfile.tempdir = None
            silence()
            code = work()
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:
            traceback.print_exc()  # into `$MUTANT_LOG`
        finally:
            os._exit(code)

    # -- the mutants

    def try_all(self) -> None:
        """Try each, some at a time."""
        running: dict[int, tuple[int, float]] = {}
        waiting = list(enumerate(self.trials))[::-1]
        while waiting or running:
            while waiting and len(running) < self.jobs:
                number, trial = waiting.pop()
                tests = self.tests_of(trial)
                if not is_replaceable(trial) or not tests:
                    self.tell(number, SURVIVED if is_replaceable(trial) else ELSEWHERE)
                    continue
                child = self.fork(lambda trial=trial, tests=tests: self.tried(trial, tests))  # type: ignore[misc]
                ends = time.monotonic() + SECONDS + 10 * sum(self.took[name] for name in tests)
                running[child] = number, ends
            for child, (number, ends) in list(running.items()):
                pid, status = os.waitpid(child, os.WNOHANG)
                if not pid and time.monotonic() > ends:
                    os.killpg(child, signal.SIGKILL)
                    pid, status = os.waitpid(child, 0)
                if pid:
                    code = os.waitstatus_to_exitcode(status)
                    self.tell(number, {0: SURVIVED, 2: ELSEWHERE}.get(code, NOTICED))
                    del running[child]
            time.sleep(0.005)

    def tests_of(self, trial: Trial) -> list[str]:
        """The tests that run the changed statement, the quick ones first."""
        return sorted(self.places.get((trial.path, trial.line), ()), key=self.took.__getitem__)

    def tried(self, trial: Trial, tests: list[str]) -> int:
        """The exit code of a child that tries a mutant: 0 if all tests pass, 1 if one fails."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            replace_functions(trial.path, trial.tree(), [trial.function])
        except ValueError:  # it needs other variables of its surroundings
            return 2
        return 0 if all(map(self.passes, tests)) else 1


def is_replaceable(trial: Trial) -> bool:
    """Whether a mutant is in a function that can be given other code."""
    try:
        return bool(trial.function and find(vars(module_of(trial.path)), trial.function))
    except (KeyError, ValueError):
        return False
