"""A Nix value in Python's hands."""

from __future__ import annotations

import sys
from types import FunctionType

from nixlite.errors import NixTypeError
from nixlite.interop.from_python import attributes_from_python, from_python
from nixlite.interop.origins import Call
from nixlite.interop.owner import Handle
from nixlite.interop.to_python import PATHS, to_python
from nixlite.limits.recursion import KNOWN
from nixlite.limits.stack import free
from nixlite.runtime.call import call
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force
from nixlite.runtime.values import (
    ContextString,
    NixPath,
    PrimOp,
    PrimOpApp,
    lambda_info,
    show_type,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typing
    from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
    from typing import Any, NoReturn, Self, SupportsIndex, TypeVar

    from nixlite.interop.owner import Origin, Owner
    from nixlite.runtime.values import Lazy

    D = TypeVar("D")
else:  # the same classes as `collections.abc` has, without loading `collections`
    from _collections_abc import ItemsView, KeysView, Mapping, Sequence, ValuesView


SHOWN = 10
"""Attributes and items that `repr` shows."""


class Value(Handle):
    """A Nix value in weak head normal form: what is inside it is evaluated when it is asked for.

    A set is a `Mapping` from names to Values, a list a `Sequence` of Values, and a function can be called;
    `isinstance` and `match` see it so. Errors of the evaluation are NixErrors, whichever operation they
    come from.

    >>> package = nixlite.evaluate('{ name = "nix" + "lite"; tags = [ 1 (1 + 1) ]; broken = throw "no"; }')
    >>> sorted(package), package["name"] == "nixlite", 2 in package["tags"]
    (['broken', 'name', 'tags'], True, True)
    >>> package["tags"][-1].to_python()
    2

    Two values are equal if Nix's `==` says so; a value and Python data are if the data, as a Nix value, is
    equal. Like lists and dictionaries, Values have no hash. They are not pickled; plain data and NixErrors
    are.
    """

    __slots__ = ()

    @property
    def type(self) -> str:
        """As `builtins.typeOf`: "int", "bool", "string", "path", "null", "set", "list", "lambda", "float"."""
        return type_name(self.nix)

    @property
    def is_derivation(self) -> bool:
        """Whether it is a set whose `type`, which is evaluated, is `"derivation"`."""
        attrs = self.nix
        return type(attrs) is dict and self.evaluator.explained(lambda: is_derivation(attrs))

    # -- plain data

    def to_python(self, *, derivations: str = PATHS, max_depth: int | None = None) -> Any:
        """The value as plain Python data, evaluated all through.

        Sets become dictionaries, lists lists, paths and strings `str`; functions stay callable Values. A
        set that has `outPath` or `__toString`, such as a derivation, gives what it has in Nix's JSON, so
        its store path; with `derivations="attrs"` it becomes a dictionary (and the derivations that are
        attributes of a derivation are paths). With *max_depth*, sets and lists nested deeper stay Values.

        What is shared in Nix is one object in the result, so the time it takes is linear in what there is;
        to change parts of the result independently, go by `json.loads(value.to_json())`. Raises NixError,
        also for a value that contains itself."""
        return self.evaluator.explained(
            lambda: to_python(
                self.nix, self.evaluator, self.origin, derivations=derivations, max_depth=max_depth
            )
        )

    def to_json(self, *, indent: int = 0, copy_to_store: bool = False) -> str:
        """The value as JSON, as `nix eval --json` prints it; with *indent* over several lines.

        *copy_to_store*: paths become store paths, as `builtins.toJSON` has them. Raises NixError, also for
        functions.

        >>> nixlite.evaluate("{ b = [ 1 2.5 ]; a = null; }").to_json()
        '{"a":null,"b":[1,2.5]}'
        """
        from nixlite.formats.json.writing import to_json  # many programs have no use for it

        state = self.evaluator.engine.state

        def write() -> str:
            return to_json(state, self.nix, copy_to_store=copy_to_store, indent=indent)[0]

        return self.evaluator.explained(write)

    # -- sets and lists

    if TYPE_CHECKING:

        @typing.overload
        def __getitem__(self, key: slice) -> list[Value]: ...
        @typing.overload
        def __getitem__(self, key: str | int) -> Value: ...

    def __getitem__(self, key: str | int | slice) -> Value | list[Value]:
        """An attribute, evaluated (KeyError if there is none); an item (IndexError); or a list of items."""
        found = self.nix
        if isinstance(key, str):
            if type(found) is not dict:
                raise NixTypeError(f"expected a set but found {show_type(found)}")
            return self._inner(found[key], key)
        if type(found) is not tuple:
            raise NixTypeError(f"expected a list but found {show_type(found)}")
        places = range(len(found))
        if isinstance(key, slice):
            return [self._inner(found[n], n) for n in places[key]]
        try:
            at = places[key]
        except IndexError:
            raise IndexError(f"index {key} of a list of {len(found)}") from None
        return self._inner(found[at], at)

    def _inner(self, lazy: Lazy, key: str | int) -> Value:
        nix = self.evaluator.explained(lambda: force(lazy))
        return value_of(nix, self.evaluator, (self.origin, key))

    def __len__(self) -> int:
        return len(self._collection())

    def __iter__(self) -> Iterator[Any]:
        """The names of a set, sorted; or the items of a list, each evaluated when it is reached."""
        items = self._collection()
        if type(items) is dict:
            return iter(sorted(items))
        return (self._inner(item, n) for n, item in enumerate(items))

    def __contains__(self, item: object) -> bool:
        """Whether a set has an attribute, or a list an equal item."""
        items = self._collection()
        if type(items) is dict:
            return item in items if isinstance(item, str) else False
        return self._is_in(item, items) is True

    def keys(self) -> KeysView[str]:
        """The names of a set, sorted."""
        return KeysView(self._set())

    def values(self) -> ValuesView[Value]:
        """The attributes of a set in the order of their names, each evaluated when it is reached."""
        return ValuesView(self._set())

    def items(self) -> ItemsView[str, Value]:
        """The names and attributes of a set, sorted, each evaluated when it is reached."""
        return ItemsView(self._set())

    if TYPE_CHECKING:

        @typing.overload
        def get(self, name: str) -> Value | None: ...
        @typing.overload
        def get(self, name: str, default: D) -> Value | D: ...

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute of a set, evaluated; *default* if there is none."""
        return self[name] if name in self._set() else default

    def _collection(self) -> Any:
        if type(self.nix) not in (dict, tuple):
            raise NixTypeError(f"expected a set or a list but found {show_type(self.nix)}")
        return self.nix

    def _set(self) -> Any:
        if type(self.nix) is not dict:
            raise NixTypeError(f"expected a set but found {show_type(self.nix)}")
        return self

    # -- functions

    @property
    def formals(self) -> dict[str, bool] | None:
        """Of a function `{ a, b ? 1 }: …`: the names, each with whether it has a default, as
        `builtins.functionArgs`.

        None for a function that takes any argument. Raises NixError for what is no function.

        >>> nixlite.evaluate("{ width, height ? width }: width * height").formals
        {'width': False, 'height': True}
        """
        value = self.nix
        if type(value) is dict and "__functor" in value:
            value = self.evaluator.explained(lambda: call(value["__functor"], value))
        if type(value) is PrimOp or type(value) is PrimOpApp:
            return None
        if type(value) is not FunctionType:
            raise NixTypeError(f"expected a function but found {show_type(value)}")
        formals = lambda_info(value).formals
        return None if formals is None else dict(formals)

    def __call__(self, *arguments: Any, **attributes: Any) -> Value:
        """Apply a function to arguments, one after the other, and at last to the set of *attributes* if any
        are given.

        Arguments are Python data or Values. The result is lazy inside. Without any argument, a function
        with formals is called with the empty set.

        >>> nixlite.evaluate("{ width, height ? width }: width * height")(width=3) == 9
        True
        >>> nixlite.evaluate("a: b: a + b")(1, 2).to_python()
        3
        """
        wants_set = bool(attributes) or (not arguments and self.formals is not None)
        if not arguments and not wants_set:
            raise NixTypeError("the function takes an argument, and got none")

        def apply() -> Any:
            owner = self.evaluator
            result = self.nix
            for argument in arguments:
                result = call(result, from_python(argument, owner))
            if wants_set:
                result = call(result, attributes_from_python(attributes, owner))
            return result

        origin = (self.origin, Call(arguments, attributes if wants_set else None))
        return value_of(self.evaluator.explained(apply), self.evaluator, origin)

    # -- as Python has it

    def __bool__(self) -> bool:
        """As of the plain data: false, null, zero, empty strings, sets and lists are false."""
        nix = self.nix
        if type(nix) is ContextString:
            return bool(nix.text)
        return True if type(nix) is NixPath else bool(nix)

    def __eq__(self, other: object) -> bool:
        equal = self._is_in(other, (self.nix,))
        return NotImplemented if equal is None else equal

    def _is_in(self, data: object, items: tuple[Lazy, ...]) -> bool | None:
        """Whether one of *items* equals *data*; None for data that has no Nix value."""
        owner = self.evaluator

        def find() -> bool:
            elem = force(owner.engine.state.builtins["elem"])
            return bool(call(call(elem, from_python(data, owner)), items))

        try:
            return owner.explained(find)
        except (TypeError, ValueError, OverflowError):
            return None

    __hash__ = None  # type: ignore[assignment]  # as Python has it; the stubs do not

    def __str__(self) -> str:
        """The value as `nix eval` prints it, evaluated all through."""
        from nixlite.formats.nix.evaluated import show_value

        return str(self.evaluator.explained(lambda: show_value(self.evaluator.engine.state, self.nix)))

    def __repr__(self) -> str:
        """The beginning of the value, as far as it is evaluated; evaluates nothing."""
        from nixlite.formats.nix.evaluated import PrintOptions, show

        options = PrintOptions(max_attributes=SHOWN, max_items=SHOWN, max_string=200, max_depth=2)
        return f"<nixlite {self.type}: {show(self.nix, options)}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self  # no Nix value changes

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Nix value cannot be pickled, for it may be evaluated further: pickle its to_python()"
        )


class SetValue(Value):
    """An attribute set."""

    __slots__ = ()


class ListValue(Value):
    """A list."""

    __slots__ = ()

    def index(self, item: Any, start: SupportsIndex = 0, stop: SupportsIndex = sys.maxsize) -> int:
        """The place of the first equal item; ValueError if there is none."""
        for n in range(len(self))[start:stop]:
            if self._is_in(item, (self.nix[n],)):
                return n
        raise ValueError("the list has no such item")

    def count(self, item: Any) -> int:
        """How many items are equal."""
        return sum([self._is_in(item, (each,)) is True for each in self.nix])

    def __reversed__(self) -> Iterator[Value]:
        return (self[n] for n in range(len(self) - 1, -1, -1))


Mapping.register(SetValue)
Sequence.register(ListValue)


class Distant:
    """A value that was made in a thread with a small C stack, in which nothing deep can be freed."""

    __slots__ = ()
    nix: Any

    def __del__(self, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # When Python ends, modules are empty before all values are gone.
        if not is_ending():
            held, self.nix = [self.nix], None
            free(held)


class DistantValue(Distant, Value):
    """Of no parts."""

    __slots__ = ()


class DistantSet(Distant, SetValue):
    """A set."""

    __slots__ = ()


class DistantList(Distant, ListValue):
    """A list."""

    __slots__ = ()


DISTANT: dict[type[Value], type[Value]] = {
    Value: DistantValue, SetValue: DistantSet, ListValue: DistantList
}  # fmt: skip

KINDS: dict[type, type[Value]] = {dict: SetValue, tuple: ListValue}


def value_of(nix: Any, owner: Owner, origin: Origin = None) -> Value:
    """A Nix value, in weak head normal form, as Python has it. One that is made where the C stack is small is
    freed with a large one."""
    kind = KINDS.get(type(nix), Value)
    return (DISTANT[kind] if KNOWN.small else kind)(nix, owner, origin)
