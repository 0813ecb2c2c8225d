"""Python functions as Nix functions."""

from __future__ import annotations

from types import FunctionType

from nixlite.errors import NixError, PythonError
from nixlite.interop.from_python import from_python
from nixlite.runtime.thunk import force
from nixlite.runtime.values import HERE, PrimOp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.interop.owner import Owner, Reader
    from nixlite.runtime.values import Lazy


def python_function(function: Callable[..., Any], owner: Owner, name: str = "") -> PrimOp:
    """A Nix function that calls a Python one; it takes as many arguments as that requires, one after the
    other.

    An argument whose parameter has an annotation is converted and checked (`annotations`), any other one is a
    `Value`. What the function raises becomes a PythonError, with the exception as its `__cause__`; a NixError
    stays what it is. Raises TypeError for a function that cannot be called so.
    """
    name = name or getattr(function, "__name__", type(function).__name__)
    parameters = parameters_of(function, name)
    readers = tuple([reader for _, reader in parameters])

    def apply(*arguments: Lazy) -> Any:
        error_context = f"while calling the Python function '{name}'"  # both are read by `traces`
        error_position = HERE
        given = [read(argument, owner) for read, argument in zip(readers, arguments, strict=True)]
        result = called(owner, function, given, name)
        try:
            converted = from_python(result, owner)
        except (TypeError, ValueError, OverflowError) as error:
            raise PythonError(f"what the Python function '{name}' returned: {error}") from error
        return force(converted)

    doc = (getattr(function, "__doc__", "") or "").strip()
    return PrimOp(name, apply, tuple([parameter for parameter, _ in parameters]), doc)


def called(owner: Owner, function: Callable[..., Any], arguments: list[Any], name: str) -> Any:
    """What the Python function gives; its exceptions are errors of the Nix program that calls it.

    It is called once: an evaluation that needs more frames is run again, so what it raises must not be the
    RecursionError that tells so.
    """

    def run(_: None) -> Any:
        try:
            return function(*arguments)
        except NixError as error:
            error.trace = None  # of what the function evaluated; it is read anew, with what is around
            raise
        except MemoryError:
            raise  # the evaluation's, too
        except Exception as error:
            said = f": {error}" if str(error) else ""
            what = f"error in the Python function '{name}': {type(error).__name__}{said}"
            raise PythonError(what) from error

    return owner.engine.outside(run, None)


def parameters_of(function: Callable[..., Any], name: str) -> list[tuple[str, Reader]]:
    """The names of the parameters that a function requires, one at least, and what reads each."""
    if type(function) is FunctionType and not function.__annotations__:
        code = function.__code__
        required = code.co_argcount - len(function.__defaults__ or ())
        if required > 0 and not (code.co_kwonlyargcount or function.__dict__):
            return [(parameter, as_value) for parameter in code.co_varnames[:required]]
    from nixlite.interop.annotations import read_parameters  # it loads `inspect`

    return read_parameters(function, name, as_value)


def as_value(x: Lazy, owner: Owner) -> Any:
    """An argument as a `Value`."""
    return owner.value_of(force(x))
