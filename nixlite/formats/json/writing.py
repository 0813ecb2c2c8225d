"""Values as JSON: `builtins.toJSON`, `--json`, and the attributes of derivations.

The text is that of nlohmann's JSON library, compact or indented: attribute names sorted, UTF-8 kept, floats
as `float_text.json_float` writes them.
"""

from __future__ import annotations

from nixlite.abi.sites import NOWHERE
from nixlite.errors import EvalError, NixTypeError, StackOverflow
from nixlite.formats.json.float_text import json_float
from nixlite.limits.growth import pieces
from nixlite.runtime.attributes import Place, position
from nixlite.runtime.call import call, not_a_function
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.depth import nesting_limit
from nixlite.runtime.thunk import attribute_position, blackhole, force, is_evaluated
from nixlite.runtime.utf8 import to_bytes
from nixlite.runtime.values import (
    ContextString,
    FunctionType,
    NixPath,
    PrimOp,
    PrimOpApp,
    lambda_info,
    show_type,
)

try:  # `json` would load its reader, too
    from _json import encode_basestring  # CPython's own, in C
except ImportError:  # another Python than CPython
    from json.encoder import encode_basestring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

    E = TypeVar("E", bound=EvalError)

quote_json: Callable[[str], str] = encode_basestring
"""A text as a JSON string."""

ATOMS: dict[Any, str] = {None: "null", True: "true", False: "false"}


def to_json(
    state: State,
    x: Lazy,
    *,
    strict: bool = True,
    copy_to_store: bool = True,
    indent: int = 0,
    place: Place = None,
) -> tuple[str, frozenset[str]]:
    """The JSON text of *x* and the context of the strings in it.

    *strict* forces everything; else a thunk inside *x* is an error. *copy_to_store*: paths are copied.
    With *indent*, the text is spread over lines, that many columns a level (`nix eval --json --pretty`).
    *place*: where *x* is written, for errors.
    Sets give what `__toString` or `outPath` gives. Raises NixTypeError for functions, EvalError for strings
    that are not UTF-8.
    """
    writer = JsonWriter(state, strict, copy_to_store, indent)
    writer.write(x, place, 0)
    if writer.broken is not None:
        raise EvalError(
            f"JSON serialization error: [json.exception.type_error.316] {utf8_fault(writer.broken)}"
        )
    return "".join(writer.out), frozenset(writer.context)


def pretty_json(state: State, x: Lazy, *, strict: bool = True, copy_to_store: bool = True) -> str:
    """*x* as `nix eval --json --pretty` prints it."""
    return to_json(state, x, strict=strict, copy_to_store=copy_to_store, indent=2)[0]


class JsonWriter:
    """One conversion: the pieces of text in `out`, the context in `context`, names as written in `names`.

    `broken` is the first string that is not UTF-8: Nix notices it only after everything is evaluated.
    """

    def __init__(self, state: State, strict: bool, copy_to_store: bool, indent: int) -> None:
        self.state = state
        self.strict = strict
        self.copy_to_store = copy_to_store
        self.indent = indent
        self.out = pieces()
        self.names: dict[str, str] = {}
        self.context: set[str] = set()
        self.broken: bytes | None = None
        self.limit = nesting_limit(state.settings.max_call_depth)

    def write(self, x: Lazy, place: Place, depth: int) -> None:
        """Write one value. *place*: the attribute it belongs to, for errors."""
        # Evaluating something takes one more level, as a rule.
        if depth >= self.limit or (depth + 1 == self.limit and not is_evaluated(x)):
            raise located(StackOverflow(), place)
        value: Any = x
        if type(x) is list:
            if self.strict:
                error_site = place or NOWHERE
                value = force(x)
            elif x[0] is None:
                value = x[1]
            else:
                thing = "a black hole" if x[0] is blackhole else "a thunk"
                raise located(NixTypeError(f"cannot convert {thing} to JSON"), place)
        kind = type(value)
        if kind is str:
            self.out.append(self.quoted(value))
        elif kind is dict:
            self.write_set(value, place, depth)
        elif kind is tuple:
            self.write_list(value, place, depth)
        elif kind is int:
            self.out.append(str(value))
        elif kind is ContextString:
            self.context |= value.context
            self.out.append(self.quoted(value.text))
        elif kind is NixPath:
            self.write_coerced(value, "", place)
        elif kind is float:
            self.out.append(json_float(value))
        elif kind is FunctionType or kind is PrimOp or kind is PrimOpApp:
            raise no_function(value, place)
        else:
            self.out.append(ATOMS[value])

    def write_set(self, attrs: dict[str, Lazy], place: Place, depth: int) -> None:
        """A set: an object, or what it wants to stand for it."""
        if "__toString" in attrs:
            function = force(attrs["__toString"])
            if type(function) is not FunctionType and not callable_value(function):
                raise located(not_a_function(function), place)
            text = "while evaluating the result of the `__toString` attribute"
            self.write_coerced(called_at(place, function, attrs), text, place)
        elif "outPath" in attrs:
            item = attrs["outPath"]
            self.write(item, attribute_position(item), depth + 1)
        elif not attrs:
            self.out.append("{}")
        else:
            self.write_attributes(attrs, depth)

    def write_attributes(self, attrs: dict[str, Lazy], depth: int) -> None:
        """`{"name":value,…}`."""
        out = self.out
        between, colon, end = self.layout("{", "}", depth)
        following = "," + between[1:]
        error_context = about_attribute
        inside = depth + 1 < self.limit
        names = self.names
        for name in sorted(attrs):
            item = attrs[name]
            shown = names.get(name)
            if shown is None:
                shown = names[name] = self.quoted(name) + colon
            value: Any = item[1] if type(item) is list and item[0] is None else item
            kind = type(value)
            if inside and kind is str:  # the common kinds without a call
                out += (between, shown, quote_json(value) if value.isascii() else self.quoted(value))
            elif inside and kind is int:
                out += (between, shown, str(value))
            elif inside and (kind is bool or value is None):
                out += (between, shown, ATOMS[value])
            else:
                out += (between, shown)
                error_position = attribute_position(item)
                if inside and kind is dict:
                    self.write_set(value, error_position, depth + 1)
                elif inside and kind is tuple:
                    self.write_list(value, error_position, depth + 1)
                else:
                    self.write(item, error_position, depth + 1)
            between = following
        out.append(end)

    def write_list(self, items: tuple[Lazy, ...], place: Place, depth: int) -> None:
        """`[value,…]`."""
        out = self.out
        if not items:
            out.append("[]")
            return
        between, _, end = self.layout("[", "]", depth)
        following = "," + between[1:]
        error_position = place
        error_context = about_element
        inside = depth + 1 < self.limit
        for index, item in enumerate(items):  # noqa: B007 - `about_element` reads it
            value: Any = item[1] if type(item) is list and item[0] is None else item
            kind = type(value)
            if inside and kind is str:
                out += (between, quote_json(value) if value.isascii() else self.quoted(value))
            elif inside and kind is int:
                out += (between, str(value))
            else:
                out.append(between)
                if inside and kind is dict:
                    self.write_set(value, place, depth + 1)
                else:
                    self.write(item, place, depth + 1)
            between = following
        out.append(end)

    def write_coerced(self, value: Value, blamed: str, place: Place) -> None:
        """A path, or what `__toString` returned, as a string; *blamed* is the frame for the latter."""
        # What comes from `__toString` is not copied to the store: an old quirk that Nix keeps.
        copy = self.copy_to_store and not blamed
        text, context = coerce_to_string(self.state, value, blamed, copy_to_store=copy, error_position=place)
        self.context |= context
        self.out.append(self.quoted(text))

    def quoted(self, text: str) -> str:
        """*text* as a JSON string."""
        if not text.isascii() and self.broken is None:
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                self.broken = to_bytes(text)
        return quote_json(text)

    def layout(self, opening: str, closing: str, depth: int) -> tuple[str, str, str]:
        """What comes before the first item, after a name, and after the last item."""
        if not self.indent:
            return opening, ":", closing
        inner = "\n" + " " * (self.indent * (depth + 1))
        return opening + inner, ": ", "\n" + " " * (self.indent * depth) + closing


def about_attribute(names: dict[str, Any]) -> str:
    """The text of the frame around an attribute, from the locals of who writes it."""
    return f"while evaluating attribute '{names['name']}'"


def about_element(names: dict[str, Any]) -> str:
    """The same around an element of a list."""
    return f"while evaluating list element at index {names['index']}"


def data_to_json(value: Any) -> str:
    """The compact JSON text of plain data, as `json_in.from_json` returns it."""
    kind = type(value)
    if kind is str:
        return quote_json(value)
    if kind is dict:
        return (
            "{"
            + ",".join([f"{quote_json(name)}:{data_to_json(value[name])}" for name in sorted(value)])
            + "}"
        )
    if kind is tuple:
        return "[" + ",".join([data_to_json(item) for item in value]) + "]"
    if kind is float:
        return json_float(value)
    if kind is int:
        return str(value)
    return "null" if value is None else "true" if value else "false"


def callable_value(value: Value) -> bool:
    """Whether *value* can be called."""
    return type(value) in (FunctionType, PrimOp, PrimOpApp) or (type(value) is dict and "__functor" in value)


def called_at(place: Place, function: Value, argument: Value) -> Value:
    """What the function returns; the call is charged to *place*."""
    error_site = place
    return call(function, argument)


def no_function(value: Value, place: Place) -> NixTypeError:
    """The error for a function; a lambda is shown where it is written."""
    if type(value) is FunctionType:
        place = lambda_info(value).position
    error = NixTypeError(f"cannot convert {show_type(value)} to JSON")
    return located(error, place)


def located(error: E, place: Place) -> E:
    """*error* at a place; without one it has no position."""
    error.position = position(place)
    error.at_site = False
    return error


def utf8_fault(data: bytes) -> str:
    """What the JSON library says about bytes that are not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.reason == "unexpected end of data":
            return f"incomplete UTF-8 string; last byte: 0x{data[-1]:02X}"
        index = fault.start if fault.reason == "invalid start byte" else fault.end
        return f"invalid UTF-8 byte at index {index}: 0x{data[index]:02X}"
    return ""
