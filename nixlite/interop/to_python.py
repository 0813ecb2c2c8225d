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
    conversion = Conversion(owner, paths=derivations == PATHS, unlimited=max_depth is None)
    return conversion.plain(x, UNLIMITED if max_depth is None else max_depth, origin)


class Conversion:
    """One conversion. A set or list that occurs in several places becomes one object, which is found in
    `known` by its identity, and where that matters by what is left of the depth and whether it is inside a
    derivation; `around` has those that are being converted, `path` those that something stands for, where
    derivations have themselves as attributes."""

    __slots__ = ("around", "everywhere_alike", "inside", "known", "most", "owner", "path", "paths")

    def __init__(self, owner: Owner, *, paths: bool, unlimited: bool) -> None:
        self.owner = owner
        self.paths = paths
        self.everywhere_alike = paths and unlimited
        self.inside = False
        self.around: set[int] = set()
        self.path: set[int] = self.around if paths else set()
        self.known: dict[Any, tuple[Any, Any]] = {}
        self.most = owner.engine.settings.max_call_depth

    def plain(self, x: Lazy, depth: int, origin: Origin) -> Any:
        """*x* as data, of which *depth* levels more are wanted."""
        value: Any = force(x)  # told apart by `kind`
        kind = type(value)
        if kind is dict or kind is tuple:
            at = id(value)
            key = at if self.everywhere_alike else (at, depth, self.inside)
            found = self.known.get(key)
            if found is None:
                found = (value, self.container(value, at, depth, origin))
                if value:  # all empty lists are one in CPython, but nobody means the same one
                    self.known[key] = found
            return found[1]
        if kind is ContextString:
            return value.text
        if kind is NixPath:
            return value.path
        if kind is FunctionType or kind is PrimOp or kind is PrimOpApp:
            return self.owner.value_of(value, origin)
        return value

    def container(self, value: Any, at: int, depth: int, origin: Origin) -> Any:
        """A set or list that was not met before."""
        is_set = type(value) is dict
        if is_set and ("outPath" in value or "__toString" in value):
            return self.special(value, at, depth, origin)
        if depth == 0:
            return self.owner.value_of(value, origin)
        self.enter(at)
        converted = (self.attributes if is_set else self.items)(
            value, depth - 1 if depth > 0 else depth, origin
        )
        self.around.discard(at)
        return converted

    def enter(self, at: int) -> None:
        """Note that what has an identity is being converted."""
        if at in self.around:
            raise NixError("cannot convert a value that contains itself to Python data")
        if len(self.around) >= self.most:
            raise StackOverflow
        self.around.add(at)

    def items(self, items: tuple[Lazy, ...], depth: int, origin: Origin) -> list[Any]:
        """A list."""
        made = []
        for n, item in enumerate(items):
            inner = item[1] if type(item) is list and item[0] is None else item
            if type(inner) in AS_THEY_ARE:  # the common kinds without a call
                made.append(inner)
            else:
                made.append(self.plain(inner, depth, (origin, n)))
        return made

    def attributes(self, attrs: dict[str, Lazy], depth: int, origin: Origin) -> dict[str, Any]:
        """A set."""
        made = {}
        for name in sorted(attrs):
            item = attrs[name]
            inner = item[1] if type(item) is list and item[0] is None else item
            if type(inner) in AS_THEY_ARE:
                made[name] = inner
            else:
                error_context = f"while evaluating attribute '{name}'"  # both are read by `traces`
                error_position = attribute_position(item)
                made[name] = self.plain(inner, depth, (origin, name))
        return made

    def special(self, attrs: dict[str, Lazy], at: int, depth: int, origin: Origin) -> Any:
        """A set that something else stands for in Nix's JSON; where all attributes of derivations are wanted,
        only for those in a derivation: each has itself as an attribute."""
        derivation = not self.paths and is_derivation(attrs)
        if self.paths or (derivation and self.inside and "outPath" in attrs):
            outside, self.around = self.around, self.path  # a derivation may stand in itself for its path
            self.enter(at)
            stand_in = self.stand_in(attrs, depth, origin)
            self.around.discard(at)
            self.around = outside
            return stand_in
        if depth == 0:
            return self.owner.value_of(attrs, origin)
        self.enter(at)
        inside, self.inside = self.inside, self.inside or derivation
        converted = self.attributes(attrs, depth - 1 if depth > 0 else depth, origin)
        self.inside = inside
        self.around.discard(at)
        return converted

    def stand_in(self, attrs: dict[str, Lazy], depth: int, origin: Origin) -> Any:
        """What Nix's JSON has for a set: what `__toString` gives, else `outPath`."""
        if "__toString" in attrs:
            return coerce_to_string(self.owner.engine.state, attrs, "", copy_to_store=False)[0]
        item = attrs["outPath"]
        error_position = attribute_position(item)
        error_context = "while evaluating attribute 'outPath'"
        return self.plain(item, depth, (origin, "outPath"))
