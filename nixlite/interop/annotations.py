"""What the annotations of a Python function say of its arguments: how Nix values are converted and checked.

| annotation | argument |
|---|---|
| none, `Value` | a `Value`, evaluated to weak head normal form |
| `Any`, `object` | plain data, as `to_python()` gives it |
| `str`, `int`, `bool`, `float`, `None` | that; a `float` may be given an integer |
| `Path`, `PurePath`, `PurePosixPath` | a path or a string |
| `list[T]`, `Sequence[T]`, `tuple[T, ...]`, `tuple[A, B]` | a list |
| `dict[str, T]`, `Mapping[str, T]` | a set |
| a dataclass | a set with its fields |
| `A \\| B`, `Optional[T]`, `Literal[…]` | the first one that fits |
| `Callable` | a function, as a `Value` |
"""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import pathlib
import types
import typing
from typing import Any

from nixlite.errors import NixTypeError
from nixlite.interop.owner import Handle, shown_place
from nixlite.interop.to_python import to_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.interop.owner import Owner, Reader
    from nixlite.runtime.values import Lazy

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class MismatchError(Exception):
    """The data is not what an annotation says: *wanted* at the end of `keys`, *found* there instead."""

    def __init__(self, wanted: str, found: object) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.found = found
        self.keys: list[str | int] = []


def read_parameters(function: Callable[..., Any], name: str, as_value: Reader) -> list[tuple[str, Reader]]:
    """The names of the parameters that *function* requires, one at least, and what reads each.

    Raises TypeError for a function that takes no argument, or requires one by keyword, and for an
    annotation that says nothing of Nix values."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions that are written in C do not tell
        return [("x", as_value)]
    parameters = list(signature.parameters.values())
    positional = [parameter for parameter in parameters if parameter.kind in POSITIONAL]
    required = [parameter for parameter in positional if parameter.default is parameter.empty]
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
            raise TypeError(
                f"'{name}' requires '{parameter.name}' by keyword, which no Nix function can give"
            )
    chosen = required or positional[:1] or [each for each in parameters if each.kind is VARIABLE[0]]
    if not chosen:
        raise TypeError(f"'{name}' takes no argument, but a Nix function takes one; give the value instead")
    hints = hints_of(function, name) if any(each.annotation is not each.empty for each in chosen) else {}
    return [(each.name, reader(hints.get(each.name, Handle), name, each.name, as_value)) for each in chosen]


def hints_of(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """The annotations of a function, a class or an object that can be called."""
    if inspect.isclass(function):
        holder: Any = function.__init__
    elif inspect.isroutine(function):
        holder = function
    else:
        holder = type(function).__call__
    try:
        return typing.get_type_hints(inspect.unwrap(holder))
    except (NameError, TypeError, AttributeError) as error:
        raise TypeError(f"the annotations of '{name}' cannot be read: {error}") from error


def reader(annotation: Any, name: str, parameter: str, as_value: Reader) -> Reader:
    """What makes of an argument what an annotation says; raises TypeError for one that says nothing here."""
    if isinstance(annotation, type) and issubclass(annotation, Handle):
        return as_value
    try:
        check = checker(annotation)
    except TypeError as error:
        raise TypeError(f"'{name}' has no use for the annotation of '{parameter}': {error}") from None

    def read(x: Lazy, owner: Owner) -> Any:
        try:
            return check(to_python(x, owner))
        except MismatchError as error:
            place = f" at {shown_place(error.keys)}" if error.keys else ""
            raise NixTypeError(
                f"the Python function '{name}' expects {error.wanted} for '{parameter}'{place}"
                f" but got {shown(error.found)}"
            ) from None

    return read


WORDS = {
    bool: "a Boolean", int: "an integer", float: "a float", str: "a string", list: "a list", dict: "a set",
}  # fmt: skip


def shown(data: object) -> str:
    """What plain data was in Nix, with its article."""
    if isinstance(data, Handle):
        return "a function"
    words = {
        bool: "a Boolean",
        int: "an integer",
        float: "a float",
        str: "a string",
        list: "a list",
        dict: "a set",
    }
    return words.get(type(data), "null")


def checker(annotation: Any) -> Callable[[Any], Any]:
    """What checks plain data, converting where that is meant; raises TypeError for another annotation."""
    if annotation in (Any, object):
        return lambda data: data
    if annotation in PLAIN:
        return plain_checker(*PLAIN[annotation])
    if annotation in (pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath):
        check_text = plain_checker((str,), "a path")
        return lambda data: annotation(check_text(data))
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return dataclass_checker(annotation)
    origin = typing.get_origin(annotation) or annotation
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return union_checker([checker(each) for each in arguments], annotation)
    if origin is typing.Literal:
        return literal_checker(arguments)
    if origin is collections.abc.Callable:
        return plain_checker((Handle,), "a function")
    if origin is tuple:
        return tuple_checker(arguments)
    if origin in (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection):
        return list_checker(checker(arguments[0]) if arguments else checker(Any))
    if origin in (dict, collections.abc.Mapping):
        if arguments and arguments[0] not in (str, Any):
            raise TypeError("the names of a set are strings")
        return dict_checker(checker(arguments[1]) if arguments else checker(Any))
    raise TypeError(f"{annotation!r} is no type that a Nix value is converted to")


PLAIN: dict[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a string"),
    bool: ((bool,), "a Boolean"),
    int: ((int,), "an integer"),
    float: ((float, int), "a float"),
    None: ((type(None),), "null"),
    type(None): ((type(None),), "null"),
}
"""The exact classes that are taken, and what they are called."""


def plain_checker(kinds: tuple[type, ...], wanted: str) -> Callable[[Any], Any]:
    """Takes objects of some classes; the last one is converted to the first."""

    def check(data: Any) -> Any:
        if type(data) is kinds[0] or (isinstance(data, Handle) and Handle in kinds):
            return data
        if type(data) in kinds:
            return kinds[0](data)
        raise MismatchError(wanted, data)

    return check


def list_checker(check_item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Takes lists of such items."""

    def check(data: Any) -> Any:
        if type(data) is not list:
            raise MismatchError("a list", data)
        return [checked(check_item, item, index) for index, item in enumerate(data)]

    return check


def tuple_checker(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Takes lists, of any length or of one of these types each."""
    if not arguments or arguments[1:] == (Ellipsis,):
        check_list = list_checker(checker(arguments[0] if arguments else Any))
        return lambda data: tuple(check_list(data))
    checks = [checker(each) for each in arguments]

    def check(data: Any) -> Any:
        if type(data) is not list or len(data) != len(checks):
            raise MismatchError(f"a list of {len(checks)}", data)
        return tuple(
            [checked(check, item, n) for n, (check, item) in enumerate(zip(checks, data, strict=True))]
        )

    return check


def dict_checker(check_item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Takes sets of such attributes."""

    def check(data: Any) -> Any:
        if type(data) is not dict:
            raise MismatchError("a set", data)
        return {name: checked(check_item, item, name) for name, item in data.items()}

    return check


def dataclass_checker(annotation: Any) -> Callable[[Any], Any]:
    """Takes sets with the fields of a dataclass, and makes one."""
    hints = typing.get_type_hints(annotation)
    fields = [field for field in dataclasses.fields(annotation) if field.init]
    checks = {field.name: checker(hints[field.name]) for field in fields}
    missing = dataclasses.MISSING
    needed = {each.name for each in fields if each.default is missing and each.default_factory is missing}
    wanted = f"a set with the attributes of {annotation.__name__} ({', '.join(checks)})"

    def check(data: Any) -> Any:
        if type(data) is not dict or not needed <= data.keys() <= checks.keys():
            raise MismatchError(wanted, data)
        return annotation(**{name: checked(checks[name], item, name) for name, item in data.items()})

    return check


def union_checker(checks: list[Callable[[Any], Any]], annotation: Any) -> Callable[[Any], Any]:
    """Takes what one of them takes."""

    def check(data: Any) -> Any:
        wanted = []
        for each in checks:
            try:
                return each(data)
            except MismatchError as error:
                if error.keys:
                    raise  # it was the right kind, with something wrong inside
                wanted.append(error.wanted)
        raise MismatchError(" or ".join(wanted), data)

    return check


def literal_checker(values: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Takes one of some values."""

    def check(data: Any) -> Any:
        for value in values:
            if type(value) is type(data) and value == data:
                return data
        raise MismatchError(f"one of {', '.join(map(repr, values))}", data)

    return check


def checked(check: Callable[[Any], Any], item: Any, key: str | int) -> Any:
    """A part, checked; a mismatch tells where it is."""
    try:
        return check(item)
    except MismatchError as error:
        error.keys.insert(0, key)
        raise
