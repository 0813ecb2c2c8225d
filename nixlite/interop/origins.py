"""How a value came about, so that it can be evaluated again, recorded, when somebody asks why it is what it
is.

An origin is a root (`Text`, `File`, `Flake`), or a pair of an origin and a step: the name of an attribute,
the place of an item, or a `Call`. `None` stands for what is not known: the arguments that a Python function
got."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Text:
    """An expression, evaluated with further names in *scope*; *name* is what messages call it, *base* the
    folder that relative paths begin in."""

    __slots__ = ("base", "name", "scope", "text")

    def __init__(self, name: str, text: str, base: str, scope: Mapping[str, Any]) -> None:
        self.name = name
        self.text = text
        self.base = base
        self.scope = scope


class File:
    """The value of the file at a path."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


class Flake:
    """What `FLAKE#ATTRPATH` means, or a flake without a fragment."""

    __slots__ = ("reference",)

    def __init__(self, reference: str) -> None:
        self.reference = reference


class Call:
    """That a function was called with arguments, and then with a set of attributes, if any."""

    __slots__ = ("arguments", "attributes")

    def __init__(self, arguments: tuple[Any, ...], attributes: Mapping[str, Any] | None) -> None:
        self.arguments = arguments
        self.attributes = attributes
