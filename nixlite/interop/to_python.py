"""Nix values as plain Python data.

| Nix | Python |
|---|---|
| null, Boolean, integer, float | `None`, `bool`, `int`, `float` |
| string | `str`, without its context; bytes that are no UTF-8 are lone surrogates, as `os.fsdecode` has them |
| path | `str`, absolute; nothing is copied to the store |
| list | `list` |
| attribute set | `dict`, sorted by name |
| set with `__toString` or `outPath`: a derivation, a flake, what a fetcher gives | what stands for it in Nix's JSON: the text, the store path; with `derivations="attrs"` a `dict` |
| function | `Value`, which can be called |
| what is nested deeper than `max_depth` | `Value` |
| a value that contains itself | `NixError` |
"""  # noqa: E501 - the rows of a table, which the page about the API shows

from __future__ import annotations

from types import FunctionType

from nixlite.errors import NixError, StackOverflow
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, NixPath, PrimOp, PrimOpApp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.interop.owner import Origin, Owner
    from nixlite.runtime.values import Lazy

PATHS, ATTRIBUTES = "path", "attrs"
"""What becomes of derivations."""

AS_THEY_ARE = frozenset({str, int, bool, float, type(None)})
"""Kinds of values that are plain data already."""

UNLIMITED = -1
"""As a depth: however deep."""


def to_python(
    x: Lazy, owner: Owner, origin: Origin = None, *, derivations: str = PATHS, max_depth: int | None = None
) -> Any:
    """*x* as plain data; see the table above. To be called where evaluations are guarded.

    Raises NixError for what cannot be evaluated, ValueError for arguments that mean nothing.
    """
    if derivations not in (PATHS, ATTRIBUTES):
        raise ValueError(f"derivations is 'path' or 'attrs', not {derivations!r}")
    if max_depth is not None and max_depth < 0:
        raise ValueError(f"max_depth is a number of levels, not {max_depth}")
    conversion = Conversion(owner, derivations == ATTRIBUTES)
    return conversion.plain(x, UNLIMITED if max_depth is None else max_depth, origin)


class Conversion:
    """One conversion. A set or list that occurs in several places becomes one object, which is found in
    `known` by its identity, what is left of the depth, and whether it is inside a derivation; `around` has
    those that are being converted."""

    __slots__ = ("around", "attributes_of_derivations", "inside", "known", "most", "owner")

    def __init__(self, owner: Owner, attributes_of_derivations: bool) -> None:
        self.owner = owner
        self.attributes_of_derivations = attributes_of_derivations
        self.inside = False
        self.around: set[int] = set()
        self.known: dict[tuple[int, int, bool], tuple[Any, Any]] = {}
        self.most = owner.engine.settings.max_call_depth

    def plain(self, x: Lazy, depth: int, origin: Origin) -> Any:
        """*x* as data, of which *depth* levels more are wanted."""
        value: Any = force(x)  # told apart by `kind`
        kind = type(value)
        if kind is dict or kind is tuple:
            return self.container(value, depth, origin)
        if kind is ContextString:
            return value.text
        if kind is NixPath:
            return value.path
        if kind is FunctionType or kind is PrimOp or kind is PrimOpApp:
            return self.owner.value_of(value, origin)
        return value

    def container(self, value: Any, depth: int, origin: Origin) -> Any:
        """A set or a list."""
        key = (id(value), depth, self.inside)
        found = self.known.get(key)
        if found is not None:
            return found[1]
        if self.inside and type(value) is dict and "outPath" in value and is_derivation(value):
            return self.stand_in(value, depth, origin)  # each has itself as an attribute
        if id(value) in self.around:
            raise NixError("cannot convert a value that contains itself to Python data")
        if len(self.around) >= self.most:
            raise StackOverflow
        self.around.add(id(value))
        inside = self.inside
        converted = self.converted(value, depth, origin)
        self.inside = inside
        self.around.discard(id(value))
        if value:  # all empty lists are one in CPython, but nobody means the same one
            self.known[key] = (value, converted)
        return converted

    def converted(self, value: Any, depth: int, origin: Origin) -> Any:
        """A set or list that was not met before."""
        if type(value) is dict and ("outPath" in value or "__toString" in value):
            if not self.attributes_of_derivations:
                return self.stand_in(value, depth, origin)
            self.inside = is_derivation(value) or self.inside  # `container` sets it back
        if depth == 0:
            return self.owner.value_of(value, origin)
        below = depth - 1 if depth > 0 else depth
        if type(value) is tuple:
            return [
                inner
                if type(inner := item[1] if type(item) is list and item[0] is None else item) in AS_THEY_ARE
                else self.plain(inner, below, (origin, n))
                for n, item in enumerate(value)
            ]
        made = {}
        for name in sorted(value):
            item = value[name]
            inner = item[1] if type(item) is list and item[0] is None else item
            if type(inner) in AS_THEY_ARE:  # the common kinds without a call
                made[name] = inner
                continue
            error_context = f"while evaluating attribute '{name}'"  # both are read by `traces`
            error_position = attribute_position(item)
            made[name] = self.plain(item, below, (origin, name))
        return made

    def stand_in(self, attrs: dict[str, Lazy], depth: int, origin: Origin) -> Any:
        """What Nix's JSON has for a set: what `__toString` gives, else `outPath`."""
        if "__toString" in attrs:
            return coerce_to_string(self.owner.engine.state, attrs, "", copy_to_store=False)[0]
        item = attrs["outPath"]
        error_position = attribute_position(item)
        error_context = "while evaluating attribute 'outPath'"
        return self.plain(item, depth, (origin, "outPath"))
