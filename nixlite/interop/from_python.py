"""Python data as Nix values.

| Python | Nix |
|---|---|
| `None`, `bool`, `float` (with infinities and NaN) | null, Boolean, float |
| `int`, also `IntEnum` and what has `__index__` (NumPy's integers) | integer; `OverflowError` beyond 64 bits |
| `str`, also `StrEnum` and other subclasses | string; `ValueError` with a NUL, or a lone surrogate that stands for no byte |
| `bytes`, `bytearray`, `memoryview` | the string of these bytes |
| `os.PathLike` | path, absolute: a relative one begins in `settings.cwd` |
| a mapping whose keys are strings | attribute set |
| a dataclass's instance, a `NamedTuple` | the attribute set of its fields |
| `list`, `tuple`, `range`, `deque`, any other sequence | list |
| another `Enum` | what its value becomes |
| a function, or anything else that is callable | function, of as many arguments as it requires |
| a `Value` | the value itself |
| `set`, iterators and generators, `Decimal`, `datetime`, everything else | `TypeError`, which says what to write instead |

An object that contains itself is a `ValueError`, and so is one nested deeper than `max-call-depth`. One
that occurs in several places is converted once. Errors name the place: `no Nix value for complex, at
["a"][3]`."""  # noqa: E501 - the rows of a table, which the page about the API shows

from __future__ import annotations

import os
import sys

from nixlite.drives import given_path
from nixlite.interop.owner import Handle, shown_place
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.utf8 import from_bytes, normalise
from nixlite.runtime.values import INT_MAX, INT_MIN, NixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from nixlite.interop.owner import Owner
    from nixlite.runtime.values import Lazy

if not TYPE_CHECKING:  # the same classes as `collections.abc` has, without loading `collections`
    from _collections_abc import Mapping, Sequence
else:
    from collections.abc import Mapping, Sequence

HINTS = {
    "decimal.Decimal": "float(…) or str(…) of it has one",
    "fractions.Fraction": "float(…) or str(…) of it has one",
    "datetime.date": ".isoformat() of it has one",
    "datetime.time": ".isoformat() of it has one",
    "datetime.timedelta": ".total_seconds() of it has one",
    "uuid.UUID": "str(…) of it has one",
}
"""What to write for objects of some classes, and of those that go on from them."""


def from_python(data: Any, owner: Owner) -> Lazy:
    """The Nix value for Python data; see the table above. To be called where evaluations are guarded.

    Raises TypeError for what has no Nix value, OverflowError for an integer beyond 64 bits, ValueError for a
    string that Nix cannot have, and for an object that contains itself.
    """
    return Conversion(owner).convert(data)


def attributes_from_python(data: Mapping[str, Any], owner: Owner) -> dict[str, Lazy]:
    """An attribute set for a mapping; raises as `from_python`."""
    return Conversion(owner).attributes(data, data.items())


class Conversion:
    """One conversion. `keys` leads to the object at hand; `known` has the containers that were met, each with
    what it became, `None` while it is being converted; `names` the names of attributes that were."""

    __slots__ = ("keys", "known", "most", "names", "owner")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.keys: list[str | int] = []
        self.known: dict[int, tuple[Any, Lazy]] = {}
        self.names: dict[Any, str] = {}
        self.most = owner.engine.settings.max_call_depth

    def convert(self, data: Any) -> Lazy:
        """The Nix value of *data*."""
        kind = type(data)
        if kind is str:
            return self.text(data)
        if data is None or kind is bool or kind is float:
            return data  # type: ignore[no-any-return]  # mypy does not narrow by `kind`
        if kind is int:
            return self.integer(data)
        if isinstance(data, Handle):
            return self.owner.nix_of(data)
        if kind is dict or isinstance(data, Mapping):
            return self.container(data, data.items())
        if kind is list or kind is tuple:
            return self.container(data)
        return self.other(data)

    def other(self, data: Any) -> Lazy:
        """The Nix value of what is none of the commonest kinds."""
        if isinstance(data, str):
            return self.text(str.__str__(data))
        if isinstance(data, int):
            return self.integer(int.__index__(data))
        if isinstance(data, float):
            return float.__float__(data)
        if isinstance(data, bytes | bytearray | memoryview):
            return self.text(from_bytes(bytes(data)))
        if isinstance(data, os.PathLike):
            return self.path(data)
        fields = fields_of(data)
        if fields is not None:
            return self.container(data, fields)
        if isinstance(data, Sequence):
            return self.container(data)
        enum = sys.modules.get("enum")  # if nobody has loaded it, this is none
        if enum is not None and isinstance(data, enum.Enum):
            return self.convert(data.value)
        if hasattr(type(data), "__index__"):
            return self.integer(data.__index__())
        if callable(data):
            try:
                return self.owner.function_of(data)
            except TypeError as error:
                raise TypeError(f"{error}{self.where()}") from None
        raise TypeError(f"no Nix value for {type_text(data)}{self.where()}{hint_for(data)}")

    def container(self, data: Any, items: Iterable[tuple[Any, Any]] | None = None) -> Lazy:
        """A list, or with *items* an attribute set, which is converted once wherever it occurs."""
        at = id(data)
        found = self.known.get(at)
        if found is not None:
            if found[1] is None:
                raise ValueError(f"no Nix value for {type_text(data)} that contains itself{self.where()}")
            return found[1]
        if len(self.keys) >= self.most:
            shown = shown_place(self.keys[:8])
            raise ValueError(f"no Nix value for data nested deeper than {self.most}, at {shown}…")
        self.known[at] = (data, None)
        made: Lazy = self.items(data) if items is None else self.attributes(data, items)
        self.known[at] = (data, made)
        return made

    def items(self, data: Iterable[Any]) -> tuple[Lazy, ...]:
        """The list of a sequence's items."""
        keys = self.keys
        keys.append(0)
        made: list[Lazy] = []
        for index, item in enumerate(list(data)):
            kind = type(item)
            if (kind is str and item.isascii() and "\0" not in item) or (
                kind is int and INT_MIN <= item <= INT_MAX
            ):  # the commonest kinds without a call
                made.append(item)
            else:
                keys[-1] = index
                made.append(self.convert(item))
        keys.pop()
        return tuple(made)

    def attributes(self, data: Any, items: Iterable[tuple[Any, Any]]) -> dict[str, Lazy]:
        """The attribute set of some names and values; names are numbered as they are met: see `fromJSON`."""
        keys, names = self.keys, self.names
        keys.append("")
        made: dict[str, Lazy] = {}
        for key, item in list(items):
            name = names.get(key) if type(key) is str else None
            if name is None:
                name = names[key] = self.name(data, key)
            kind = type(item)
            if (kind is str and item.isascii() and "\0" not in item) or (
                kind is int and INT_MIN <= item <= INT_MAX
            ):
                made[name] = item
            else:
                keys[-1] = name
                made[name] = self.convert(item)
        keys.pop()
        return made

    def name(self, data: Any, key: Any) -> str:
        """The name of an attribute of *data*, checked and numbered."""
        self.keys.pop()  # what is wrong with a name is so where the names are
        if not isinstance(key, str):
            said = f"the keys of {type_text(data)} have to be strings"
            raise TypeError(f"{said}: {key!r:.60} is {type_text(key)}{self.where()}")
        name = make_symbol(self.text(str.__str__(key)))
        self.keys.append(name)
        return name

    def text(self, text: str) -> str:
        """A text as Nix has it: without NUL, and with lone surrogates for bytes that are no UTF-8."""
        if "\0" in text:
            raise ValueError(f"no Nix string can have a NUL character{self.where()}")
        if text.isascii():
            return text
        try:
            return normalise(text)
        except UnicodeEncodeError as error:
            shown = f"U+{ord(text[error.start]):04X}"
            raise ValueError(f"no Nix string can have {shown}, half a surrogate pair{self.where()}") from None

    def integer(self, number: int) -> int:
        """An integer of 64 bits."""
        if not INT_MIN <= number <= INT_MAX:
            shown = str(number) if number.bit_length() < 1000 else f"{'-' if number < 0 else ''}0x…"
            raise OverflowError(f"{shown} does not fit into a Nix integer, which has 64 bits{self.where()}")
        return number

    def path(self, data: os.PathLike[Any]) -> NixPath:
        """An absolute path."""
        settings = self.owner.engine.settings
        return NixPath(self.text(given_path(data, settings.cwd)))

    def where(self) -> str:
        """The end of a message: where in the whole the object is."""
        return f", at {shown_place(self.keys)}" if self.keys else ""


def fields_of(data: Any) -> list[tuple[str, Any]] | None:
    """The names and values of a dataclass's instance or a named tuple; None for anything else."""
    kind = type(data)
    if isinstance(data, type):
        return None
    if hasattr(kind, "__dataclass_fields__"):
        from dataclasses import fields  # whoever has such an object has loaded it

        return [(field.name, getattr(data, field.name)) for field in fields(data)]
    names = getattr(kind, "_fields", None)
    if isinstance(data, tuple) and isinstance(names, tuple):
        return list(zip(names, data, strict=True))
    return None


def type_text(data: Any) -> str:
    """The name of an object's class, with its module where that is not Python's own."""
    kind = type(data)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def hint_for(data: Any) -> str:
    """What to write instead, where there is something to say."""
    for kind in type(data).__mro__:
        hint = HINTS.get(f"{kind.__module__}.{kind.__qualname__}")
        if hint is not None:
            return f": {hint}"
    if isinstance(data, set | frozenset):
        return ": it has no order, sorted(…) makes a list of it"
    if hasattr(data, "__iter__") and not hasattr(data, "__getitem__"):
        return ": list(…) makes a list of it"
    if hasattr(data, "tolist"):
        return ": .tolist() makes a list of it"
    return ""
