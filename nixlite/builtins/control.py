"""Builtins that steer evaluation: errors, catching them, forcing, messages on the way."""

from __future__ import annotations

from nixlite.abi.signatures import FIRST
from nixlite.builtins.registry import builtin
from nixlite.errors import Aborted, CatchableError, EvalError, NixError, Thrown
from nixlite.host.settings import ERROR
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.depth import is_exact, tell_once
from nixlite.runtime.expect import force_string
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.thunk import ask_for, force, stops
from nixlite.runtime.values import ContextString, FunctionType, make_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("abort", args=("s",), state=True, top_level=True)
def abort(s: Lazy, state: State) -> Value:
    """Stop the evaluation with the error message *s*; `tryEval` does not catch it."""
    text, _ = coerce_to_string(state, s, "while evaluating the error message passed to builtins.abort")
    raise Aborted(text)


@builtin("throw", args=("s",), state=True, top_level=True)
def throw(s: Lazy, state: State) -> Value:
    """Raise an error with the message *s*, which `tryEval` can catch."""
    text, _ = coerce_to_string(state, s, "while evaluating the error message passed to builtin.throw")
    error = Thrown(text)
    error.painted = False
    raise error


@builtin("tryEval", args=("e",))
def try_eval(e: Lazy) -> Value:
    """Evaluate *e* and return `{ success = true; value = e; }`, or `{ success = false; value = false; }` if that ended in `throw`, a failed `assert` or a lookup path that was not found.

    Nothing inside *e* is evaluated; other errors pass through.
    """  # noqa: E501 - one paragraph of documentation
    try:
        if not stops(e):
            force(e)
    except CatchableError:
        return {"value": False, make_symbol("success"): False}
    return {"value": e, make_symbol("success"): True}


@builtin("addErrorContext", args=("s", "v"), state=True, trace=False)
def add_error_context(context: Lazy, e: Lazy, state: State) -> Value:
    """Return *e*; if evaluating it fails, show the text *context* in the trace of the error.

    The context is evaluated only when there is an error, and shown even when the trace is cut short.
    """
    try:
        return force(e)
    except NixError:
        error_context, _ = coerce_to_string(
            state,
            context,
            "while evaluating the error message passed to builtins.addErrorContext",
            copy_to_store=False,
        )
        error_always = True  # noqa: F841 - both are read by `traces`
        raise


@builtin("seq", args=("e1", "e2"), forces=FIRST)
def seq(e1: Lazy, e2: Lazy) -> Value:
    """Evaluate *e1*, then evaluate and return *e2*."""
    force(e1)
    if type(e1) is FunctionType:
        ask_for(e1)
    return force(e2)


@builtin("deepSeq", args=("e1", "e2"), state=True)
def deep_seq(e1: Lazy, e2: Lazy, state: State) -> Value:
    """Evaluate *e1* with all that it contains, then evaluate and return *e2*."""
    from nixlite.formats.nix import deep

    (deep.force_deep if is_exact() else deep.force_deep_again)(state, e1)
    return force(e2)


@builtin("trace", args=("e1", "e2"), state=True)
def trace(e1: Lazy, e2: Lazy, state: State) -> Value:
    """Evaluate *e1* and write it to the standard error; return *e2*.

    A string is written as it is, any other value as far as it is evaluated.
    """
    _write_trace(state, force(e1))
    return force(e2)


@builtin("traceVerbose", args=("e1", "e2"), state=True)
def trace_verbose(e1: Lazy, e2: Lazy, state: State) -> Value:
    """Return *e2*; with the setting `trace-verbose`, do as `trace`."""
    if state.settings.trace_verbose:
        _write_trace(state, force(e1))
    return force(e2)


def _write_trace(state: State, value: Value) -> None:
    if type(value) is ContextString:
        text = value.text
    elif type(value) is str:
        text = value
    else:
        from nixlite.formats.nix.evaluated import show

        text = show(value, None, state)
    tell_once(text, lambda: state.tell(ERROR, f"trace: {text}"))


@builtin("warn", args=("e1", "e2"), state=True)
def warn(e1: Lazy, e2: Lazy, state: State) -> Value:
    """Write the string *e1* to the standard error as a warning; return *e2*.

    With the setting `abort-on-warn`, raises EvalError instead of returning.
    """
    text = force_string(e1, "while evaluating the first argument; the message passed to builtins.warn")
    from nixlite.traces import log  # warnings are few

    tell_once(text, lambda: log.warn(state.settings, state.host, text, "evaluation warning: ", placed=True))
    if state.settings.abort_on_warn:
        raise EvalError("aborting to reveal stack trace of warning, as abort-on-warn is set")
    return force(e2)


@builtin("break", args=("v",), top_level=True, trace=False)
def break_(v: Lazy) -> Value:
    """Return *v*; a debugger would stop here."""
    return force(v)


@builtin("toString", args=("e",), state=True, top_level=True)
def to_string(e: Lazy, state: State) -> Value:
    """Convert *e* to a string: strings and paths as they are, numbers in decimal, `true` as `"1"`, `false` and `null` as `""`, a list with blanks between its elements, a set by its `__toString` or `outPath`.

    Paths are not copied to the store.
    """  # noqa: E501 - one paragraph of documentation
    if type(e) is list and e[0] is None:
        e = e[1]
    if type(e) is str:
        return e
    if type(e) is int:
        return str(e)
    text, context = coerce_to_string(
        state,
        e,
        "while evaluating the first argument passed to builtins.toString",
        coerce_more=True,
        copy_to_store=False,
    )
    return make_string(text, context)
