"""NixErrors in a Python program: rendered, pickled, and shown by Python itself."""

from __future__ import annotations

import contextlib
import copy
import copyreg
import io
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import pytest

import nixlite
from nixlite.limits.recursion import python_depth

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

FAILING = [
    "{ a = 1; }.b", "let x = x; in x", "let f = n: f (n + 1); in f 0", 'abort "x"', "(", "x", "throw \"a\\nb\"",
    "assert false; 1", "1 + null", "builtins.head [ ]", 'builtins.addErrorContext "here" (throw "x")', "import ./none",
]  # fmt: skip


@pytest.fixture(autouse=True)
def as_python_pickles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask, if a test has loaded it, has tblib pickle all exceptions that there are, with their tracebacks."""
    for kind in [kind for kind in copyreg.dispatch_table if issubclass(kind, BaseException)]:
        monkeypatch.delitem(copyreg.dispatch_table, kind)


@pytest.mark.parametrize("program", FAILING)
def test_an_error_survives_pickle_and_copies(program: str) -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.Evaluator(nixlite.Settings(cwd="/w"), nixlite.MemoryHost()).evaluate(program)
    error = caught.value
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        other = pickle.loads(pickle.dumps(error, protocol))
        assert (type(other), str(other), other.args) == (type(error), str(error), error.args)
        assert (other.position, other.hint, other.status) == (error.position, error.hint, error.status)
        assert other.render(show_trace=True) == error.render(show_trace=True)
    assert copy.copy(error).render() == error.render()


def test_rendering() -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.evaluate("let f = x: builtins.head x; in { a = 1; value = f [ ]; }").to_python()
    error = caught.value
    assert str(error) == error.message == "'builtins.head' called on an empty list"
    short, whole = error.render(), error.render(show_trace=True)
    assert "… while calling 'f'" not in short
    assert "… while calling 'f'" in whole
    assert "\x1b[31;1merror:\x1b[0m" in error.render(color=True)
    assert "\x1b" not in short + whole


def test_an_error_that_no_evaluation_raised() -> None:
    assert nixlite.NixError("so").render() == "error: so"
    assert nixlite.NixError("so", hint="Try it.").render(color=True) == "error: so\n       Try it."


def test_a_closed_evaluator_evaluates_nothing() -> None:
    with nixlite.Evaluator(host=nixlite.MemoryHost({"/a.nix": "1"})) as evaluator:
        value = evaluator.evaluate("{ a = 1 + 1; f = x: x; }")
    for use in (lambda: evaluator.evaluate("1"), lambda: evaluator.evaluate_file("/a.nix")):
        with pytest.raises(ValueError, match="the evaluator is closed"):
            use()
    assert value["a"] == 2
    assert value["f"](3) == 3
    evaluator.close()
    with pytest.raises(nixlite.NixError), nixlite.Evaluator(host=nixlite.MemoryHost()) as other:
        other.evaluate('throw "x"')
    with pytest.raises(ValueError, match="the evaluator is closed"):
        other.evaluate("1")


def test_outputs_that_a_program_has_put_in_place_of_pythons() -> None:
    """A notebook's, say: they take text, and have no `buffer`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        print("before")
        program = 'builtins.trace "é${builtins.substring 0 1 "é"}" (builtins.warn "w" 1)'
        assert nixlite.evaluate(program) == 1
    assert (out.getvalue(), err.getvalue()) == ("before\n", "trace: é\ufffd\nevaluation warning: w\n")


def at_depth(left: int, function: Callable[[], T]) -> T:
    """`function()`, where there are *left* frames to the recursion limit."""
    if python_depth() >= sys.getrecursionlimit() - left:
        return function()
    return at_depth(left, function)


def in_a_thread(function: Callable[[], T]) -> T:
    """`function()`, in a thread."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result()


@pytest.mark.parametrize("around", [lambda function: function(), in_a_thread], ids=["here", "in a thread"])
@pytest.mark.parametrize("program", FAILING)
def test_an_error_is_pickled_and_copied_by_a_program_that_is_deep_itself(
    program: str, around: Callable[[Callable[[], object]], object]
) -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.Evaluator(nixlite.Settings(cwd="/w"), nixlite.MemoryHost()).evaluate(program)
    error = caught.value
    text = error.render(show_trace=True)
    whole = pickle.dumps(error)
    copy.copy(error)  # what these import is loaded
    for change in (lambda: copy.copy(error), lambda: copy.deepcopy(error), lambda: pickle.loads(whole)):
        other = around(lambda change=change: at_depth(16, change))  # type: ignore[misc] # it is called at once
        assert isinstance(other, nixlite.NixError)
        assert other.render(show_trace=True) == text
    assert around(lambda: at_depth(16, lambda: pickle.dumps(error))) == whole


def test_copies_of_an_error_are_its_own() -> None:
    with pytest.raises(nixlite.NixError) as caught:
        nixlite.evaluate('builtins.addErrorContext "here" (throw "x")')
    error = caught.value
    text = error.render(show_trace=True)
    for other in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert other.trace is not None
        assert len(other.trace) == len(error.trace or ())
        other.trace.clear()
    assert error.render(show_trace=True) == text
