"""What Nix values are in Python.

| Nix               | Python                                                              |
|-------------------|---------------------------------------------------------------------|
| null, Booleans    | `None`, `True`, `False`                                             |
| integer, float    | `int` (always within 64 bits), `float`                              |
| string            | `str`; `ContextString` when it has a string context                 |
| path              | `NixPath`                                                           |
| list              | `tuple` of lazies                                                   |
| attribute set     | `dict` from `str` to lazies; treat it as immutable once it is visible |
| function          | a Python function of one argument made by the compiler (`Lambda`)   |
| built-in function | `PrimOp`; partially applied: `PrimOpApp`                            |
| thunk             | a Python `list` of 2 to 4 cells, see `thunk.py`; never a value      |

`Value` is in weak head normal form, `Lazy` may be a thunk. Tell them apart with `type(x) is …`: `bool` is
a subclass of `int`. Strings are Unicode where the bytes are UTF-8; other bytes are kept by `surrogateescape`.
Names in a dict are sorted by code point, which is the byte order of UTF-8.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Callable
    from typing import Any, TypeAlias, Union

    FunctionType = types.FunctionType

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1

HERE: tuple[str, int, int] = ("", 0, 0)
"""As `error_position` (see `expect.py`): the place of the Nix expression that is being evaluated."""


class ContextString:
    """A string with a context: the store paths that its text depends on.

    Not a subclass of `str`, so that `"".join` and `+` fail instead of losing the context.
    *context* elements are encoded as Nix does: `/nix/store/…` (an opaque path), `=/nix/store/….drv` (a
    derivation with its closure), `!out!/nix/store/….drv` (an output of a derivation). Never empty: a
    string without context is a `str`.
    """

    __slots__ = ("context", "text")

    def __init__(self, text: str, context: frozenset[str]) -> None:
        self.text = text
        self.context = context

    def __add__(self, other: Any) -> ContextString:
        if type(other) is ContextString:
            return ContextString(self.text + other.text, self.context | other.context)
        return ContextString(self.text + other, self.context)

    def __radd__(self, other: str) -> ContextString:
        return ContextString(other + self.text, self.context)

    def __repr__(self) -> str:
        return f"ContextString({self.text!r}, {set(self.context)!r})"


def make_string(text: str, context: frozenset[str]) -> str | ContextString:
    """*text* with *context*, a plain `str` when that is empty."""
    return ContextString(text, context) if context else text


if not TYPE_CHECKING:  # loading the module `types` takes half a millisecond
    FunctionType = type(make_string)


class NixPath:
    """An absolute, normalised path."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"NixPath({self.path!r})"


class PrimOp:
    """A built-in function with its metadata.

    *function* takes *arity* lazies positionally and returns a value in WHNF. While `link` is not None, the
    builtin's module is not loaded: `linked` does that, and so does the function that is there meanwhile;
    only then are the names of the *arguments* and the documentation known.
    """

    __slots__ = ("arguments", "arity", "doc", "function", "link", "name")

    def __init__(
        self,
        name: str,
        function: Callable[..., Value],
        arguments: tuple[str, ...],
        doc: str,
    ) -> None:
        self.name = name
        self.function = function
        self.arguments = arguments
        self.arity = len(arguments)
        self.doc = doc
        self.link: Callable[[PrimOp], None] | None = None

    def __repr__(self) -> str:
        return f"<PrimOp {self.name}>"


def linked(primop: PrimOp) -> PrimOp:
    """*primop* with its function, its arguments' names and its documentation."""
    if primop.link is not None:
        primop.link(primop)
        primop.link = None
    return primop


class PrimOpApp:
    """A built-in function with fewer arguments than it needs."""

    __slots__ = ("arguments", "primop")

    def __init__(self, primop: PrimOp, arguments: tuple[Lazy, ...]) -> None:
        self.primop = primop
        self.arguments = arguments


if TYPE_CHECKING:  # the aliases are for the type checker: making them takes 3 ms of start-up
    Lambda: TypeAlias = FunctionType
    AttrSet: TypeAlias = "dict[str, Lazy]"
    Thunk: TypeAlias = "list[Any]"
    Value: TypeAlias = Union[
        bool, int, float, str, ContextString, NixPath, "tuple[Lazy, ...]", "dict[str, Lazy]",
        FunctionType, PrimOp, PrimOpApp, None,
    ]  # fmt: skip
    Lazy: TypeAlias = Union[Value, "list[Any]"]


class LambdaInfo:
    """What is known of a Nix function's source: see `lambda_info`.

    *formals*: None for `x: …`, else pairs (name, has a default) in source order. *argument*: the plain or
    `@` name. *position*: (file, 1-based line, 1-based byte column) of the function. *arithmetic*: the body is
    nothing but sums, differences and products of integers, the argument and other variables. *consuming*: the
    argument is read as an operand only, so whoever calls may evaluate it before if that cannot fail.
    *identity*: the body is the argument. *comparison*: the body is `==` or `!=` between the argument and
    another variable, or a string: the operator and that string, None for a variable.
    """

    __slots__ = (
        "argument", "arithmetic", "comparison", "consuming", "doc", "ellipsis", "formal_positions", "formals",
        "identity", "name", "position",
    )  # fmt: skip

    def __init__(
        self,
        name: str | None,
        argument: str | None,
        formals: tuple[tuple[str, bool], ...] | None,
        ellipsis: bool,
        position: tuple[str, int, int],
        doc: str | None,
        formal_positions: tuple[tuple[int, int], ...] = (),
        arithmetic: bool = False,
        consuming: bool = False,
        identity: bool = False,
        comparison: tuple[str, str | None] | None = None,
    ) -> None:
        self.name = name
        self.argument = argument
        self.formals = formals
        self.ellipsis = ellipsis
        self.position = position
        self.doc = doc
        self.formal_positions = formal_positions
        self.arithmetic = arithmetic
        self.consuming = consuming
        self.identity = identity
        self.comparison = comparison


MISSING: Any = object()
"""Stands for an attribute that is not there, or an argument that was not given."""


def lambda_info(function: FunctionType) -> LambdaInfo:
    """The metadata of a compiled Nix function, found by its code's name in its unit's table."""
    code = function.__code__
    rows = function.__globals__.get("LAMBDAS")
    if rows is not None:
        return LambdaInfo(*rows[code.co_name])
    # A closure of `call.curry`: over a function of several arguments and those that it has got.
    cells = function.__closure__ or ()
    curried = cells[code.co_freevars.index("function")].cell_contents
    given = len(cells) - 1
    return LambdaInfo(*curried.__globals__["LAMBDAS"][curried.__code__.co_name + given * "'"])


def innermost(lambdas: dict[str, tuple[Any, ...]], name: str) -> tuple[Any, ...] | None:
    """The row of the function whose body the Python function *name* runs: the last one of `a: b: …`."""
    row = lambdas.get(name)
    while (inner := lambdas.get(name + "'")) is not None:
        name, row = name + "'", inner
    return row


def type_name(value: Value) -> str:
    """`builtins.typeOf`: "int", "bool", "string", "path", "null", "set", "list", "lambda", "float"."""
    return TYPE_NAMES[type(value)][0]


def show_type(value: Value) -> str:
    """The type with its article as messages have it: "an integer", "a set", "null", "a function".

    Built-in functions are told apart: "the built-in function 'add'".
    """
    if type(value) is PrimOp:
        return f"the built-in function '{value.name}'"
    if type(value) is PrimOpApp:
        return f"the partially applied built-in function '{value.primop.name}'"
    return TYPE_NAMES[type(value)][1]


def is_derivation_type(value: object) -> bool:
    """Whether a set whose `type` this is, evaluated, is a derivation: the string, whatever its context."""
    return (value.text if type(value) is ContextString else value) == "derivation"


TYPE_NAMES: dict[type, tuple[str, str]] = {
    type(None): ("null", "null"),
    bool: ("bool", "a Boolean"),
    int: ("int", "an integer"),
    float: ("float", "a float"),
    str: ("string", "a string"),
    ContextString: ("string", "a string with context"),
    NixPath: ("path", "a path"),
    tuple: ("list", "a list"),
    dict: ("set", "a set"),
    FunctionType: ("lambda", "a function"),
    PrimOp: ("lambda", "a function"),
    PrimOpApp: ("lambda", "a function"),
}
