"""Running one test: `expr == expected`, or the error that it expects; what went wrong as text."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from nixlite.colours import GREEN, RED
from nixlite.errors import (
    Aborted,
    AssertionFailed,
    BuildFailure,
    CatchableError,
    EvalError,
    HashMismatch,
    ImportFromDerivation,
    NixError,
    NixTypeError,
    NoSuchFile,
    ParseError,
    RestrictedError,
    StackOverflow,
    UndefinedVariable,
    did_you_mean,
    levenshtein,
)
from nixlite.explain.diff.report import compare, render
from nixlite.explain.diff.values import _paint, _show
from nixlite.fetch.url import BadUrlError
from nixlite.formats.json.reader import JsonError
from nixlite.formats.nix.deep import force_deep
from nixlite.runtime.expect import force_string_no_context
from nixlite.runtime.operators import equal
from nixlite.runtime.thunk import force
from nixlite.runtime.values import FunctionType, show_type
from nixlite.spelling import attribute_name
from nixlite.testing.cases import EXPECTED, EXPECTED_ERROR, EXPR
from nixlite.testing.ecmascript import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy

ERRORS: tuple[tuple[str, tuple[type[NixError], ...]], ...] = (
    ("Error", (HashMismatch, BuildFailure, ImportFromDerivation, StackOverflow, NoSuchFile)),
    ("Error", (JsonError, BadUrlError)),
    ("RestrictedPathError", (RestrictedError,)),
    ("UndefinedVarError", (UndefinedVariable,)),
    ("TypeError", (NixTypeError,)),
    ("Abort", (Aborted,)),
    ("AssertionError", (AssertionFailed,)),
    ("ThrownError", (CatchableError,)),
    ("ParseError", (ParseError,)),
    ("EvalError", (EvalError,)),
    ("Error", (NixError,)),
)
"""The names that C++ Nix's classes have in `expectedError.type`, for ours; the first that fits counts."""

KINDS = (*dict.fromkeys(name for name, _ in ERRORS), "MissingArgumentError")


class Failure(Exception):
    """A test that failed: *summary* on one line, and what there is to see, for a terminal of some width."""

    def __init__(self, summary: str, shown: Callable[[bool, int, bool], str]) -> None:
        super().__init__(summary)
        self.summary = summary
        self.shown = shown

    def text(self, *, colour: bool = False, width: int = 80, everything: bool = False) -> str:
        """What is to be told; *everything*: however long that is."""
        return self.shown(colour, width, everything)


def failure(summary: str, more: str = "") -> Failure:
    """A failure that is told in words."""
    lines = more.split("\n") if more else []

    def shown(colour: bool, width: int, everything: bool) -> str:
        return "\n".join([summary, *(fill(line, max(40, width), subsequent_indent="  ") for line in lines)])

    return Failure(summary, shown)


def failed(evaluator: Evaluator, what: str, error: NixError) -> Failure:
    """A failure that is an error: *what* could not be evaluated."""
    evaluator.explain(error)
    trace = evaluator.settings.show_trace
    first = error.message.split("\n", 1)[0]
    return Failure(
        f"{what}: {first}",
        lambda colour, width, everything: f"{what}:\n\n{error.render(color=colour, show_trace=trace)}",
    )


def guarded(evaluator: Evaluator, function: Callable[[Any], Any], argument: Any) -> Any:
    """`function(argument)`, which evaluates. Raises NixError for all that is a program's mistake."""
    try:
        return evaluator.guard(function, argument)
    except RecursionError as error:
        raise StackOverflow().with_traceback(error.__traceback__) from None


def check(evaluator: Evaluator, test: Lazy) -> None:
    """Run a test. Raises Failure."""
    try:
        attrs = guarded(evaluator, force, test)
    except NixError as error:
        raise failed(evaluator, "the test cannot be evaluated", error) from None
    check_shape(attrs)
    if EXPECTED in attrs:
        check_equal(evaluator, attrs[EXPECTED], attrs[EXPR])
    else:
        check_error(evaluator, attrs[EXPECTED_ERROR], attrs[EXPR])


def check_shape(attrs: Any) -> None:
    """Complain of what is no test."""
    needed = f"a test is a set with '{EXPR}', and '{EXPECTED}' or '{EXPECTED_ERROR}'"
    if type(attrs) is not dict:
        raise failure(f"{needed}; this is {show_type(attrs)}")
    for names in ((EXPR,), (EXPECTED, EXPECTED_ERROR)):
        if not any(name in attrs for name in names):
            near = [
                (other, name) for other in sorted(attrs) for name in names if levenshtein(other, name) <= 2
            ]
            spelled = ", ".join(map(attribute_name, sorted(attrs))) or "nothing"
            hints = [f" Is '{other}' meant to be '{name}'?" for other, name in near[:1]]
            what = " and ".join(f"'{name}'" for name in names)
            missing = f"{what} {'is' if len(names) == 1 else 'are'} missing"
            raise failure(
                missing, f"{needed[0].upper()}{needed[1:]}; this one has {spelled}.{''.join(hints)}"
            )


def check_equal(evaluator: Evaluator, expected: Lazy, found: Lazy) -> None:
    """Whether two values are equal, as Nix's `==` has it. Raises Failure, with the differences."""
    for what, lazy in (
        (f"'{EXPR}' cannot be evaluated", found),
        (f"'{EXPECTED}' cannot be evaluated", expected),
    ):
        try:
            guarded(evaluator, force, lazy)
        except NixError as error:
            raise failed(evaluator, what, error) from None
    try:
        if guarded(evaluator, lambda pair: equal(*pair), (found, expected)):
            return
    except NixError as error:
        raise failed(evaluator, f"'{EXPR}' and '{EXPECTED}' cannot be compared", error) from None
    try:
        first, text = differences(evaluator, expected, found)
    except NixError as error:
        raise failed(evaluator, "the differences cannot be shown", error) from None
    assert text

    def shown(colour: bool, width: int, everything: bool) -> str:
        return differences(evaluator, expected, found, colour=colour, width=width, everything=everything)[1]

    raise Failure(first, shown)


MOST_LINES = 60
"""Lines of a difference that are shown, unless all are asked for."""

FUNCTIONS = "functions are never equal in Nix: compare what they give"


def differences(
    evaluator: Evaluator,
    expected: Lazy,
    found: Lazy,
    *,
    colour: bool = False,
    width: int = 80,
    everything: bool = False,
) -> tuple[str, str]:
    """(the first difference on a line, all of them): `expected → expr`."""

    def both(pair: tuple[Lazy, Lazy]) -> tuple[str, str]:
        report = compare(pair[0], pair[1], evaluator.state)
        if report.same:
            return FUNCTIONS, FUNCTIONS
        whole = report.values[:1] if report.values and report.values[0].path == () else []
        text = render(report, evaluator.state, width=width - 2, colour=colour).strip("\n")
        if whole and text.startswith("~ .: "):
            old, new = (_show(x, evaluator.state, width) for x in (whole[0].old, whole[0].new))
            painted = f"expected {_paint(old, RED * colour)}, found {_paint(new, GREEN * colour)}"
            return f"expected {old}, found {new}", painted
        lines = text.removeprefix("~ .:").strip("\n").split("\n")
        first = " ".join(
            " ".join(lines[: 2 + len(whole)] if lines[0].endswith(":") or whole else lines[:1]).split()
        )
        more = f" (and {len(report.values) - 1} more)" if len(report.values) > 1 else ""
        if any(both_functions(row.old, row.new) for row in report.values):
            lines += ["", FUNCTIONS]
        if len(lines) > MOST_LINES and not everything:
            lines[MOST_LINES:] = [f"… {len(lines) - MOST_LINES:,} more lines, which -v shows"]
        shown = "\n".join(wrapped(line, width) for line in lines)
        return f"expected → found: {first}{more}", f"expected → found:\n\n{shown}"

    first, text = guarded(evaluator, both, (expected, found))
    return first, text


def both_functions(a: Any, b: Any) -> bool:
    """Whether two values are functions."""
    return type(a) is FunctionType and type(b) is FunctionType


def wrapped(line: str, width: int) -> str:
    """A line of a failure, indented; sentences on several lines where they are long."""
    if line.lstrip()[:1] in ("~", "+", "-", "@", "") or "\x1b" in line:
        return f"  {line}".rstrip()
    return fill(line, max(40, width), initial_indent="  ", subsequent_indent="    ")


def check_error(evaluator: Evaluator, wanted: Lazy, found: Lazy) -> None:
    """Whether evaluating a value deeply fails as it should. Raises Failure."""
    kind, pattern = expectation(evaluator, wanted)
    try:
        guarded(evaluator, lambda x: force_deep(evaluator.state, x), found)
    except NixError as error:
        thrown = kind_of(error)
        if kind and thrown != kind:
            what = f"expected an error of type '{kind}', and it is of type '{thrown}'"
            raise failed(evaluator, what, error) from None
        if pattern and not compiled(pattern).search(error.message):
            what = f"expected an error whose message matches '{pattern}', and it does not"
            raise failed(evaluator, what, error) from None
        return
    described = " and ".join(
        [f"of type '{kind}'"] * bool(kind) + [f"whose message matches '{pattern}'"] * bool(pattern)
    )
    value = guarded(evaluator, lambda x: _show(x, evaluator.state, 80), found)
    raise failure(f"expected an error {described}, and there is none", f"The value is {value}")


def expectation(evaluator: Evaluator, wanted: Lazy) -> tuple[str, str]:
    """(type, pattern of the message) of an expected error, each "" if it is not given. Raises Failure."""
    try:
        attrs = guarded(evaluator, force, wanted)
        if type(attrs) is not dict:
            raise failure(f"'{EXPECTED_ERROR}' is a set with 'type' or 'msg'; this is {show_type(attrs)}")
        kind, pattern = (
            guarded(evaluator, lambda x: force_string_no_context(x, ""), attrs.get(name, ""))
            for name in ("type", "msg")
        )
    except NixError as error:
        raise failed(evaluator, f"'{EXPECTED_ERROR}' cannot be evaluated", error) from None
    if not kind and not pattern:
        spelled = ", ".join(map(attribute_name, sorted(attrs))) or "nothing"
        raise failure(f"'{EXPECTED_ERROR}' has neither 'type' nor 'msg'", f"It has {spelled}.")
    if kind and kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or ""
        raise failure(
            f"there is no type of error '{kind}'", f"{hint}\nThe types: {', '.join(KINDS)}.".strip()
        )
    try:
        compiled(pattern)
    except ValueError as error:
        raise failure(f"'{EXPECTED_ERROR}.msg' is no regular expression: {error}", f"  {pattern}") from None
    return kind, pattern


def kind_of(error: NixError) -> str:
    """What C++ Nix calls the class of an error."""
    return next(name for name, kinds in ERRORS if isinstance(error, kinds))
