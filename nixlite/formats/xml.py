"""Values as XML: `builtins.toXML` and `--xml`.

The text is handed out piece by piece while the value is evaluated. When that fails the elements that are
open are closed, as C++ Nix does, so that what was printed is well-formed.
"""

from __future__ import annotations

from nixlite.abi.sites import NOWHERE
from nixlite.errors import StackOverflow
from nixlite.formats.json.writing import located
from nixlite.limits.growth import pieces
from nixlite.runtime.depth import nesting_limit
from nixlite.runtime.messages import short_float
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import attribute_position, force, is_evaluated
from nixlite.runtime.values import ContextString, FunctionType, NixPath, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.runtime.attributes import Place
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

HEADER = "<?xml version='1.0' encoding='utf-8'?>\n"
ESCAPES = (("&", "&amp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "&#xA;"))
"""What is written instead of a character; that of the other ones first."""

NOTHING: dict[str, str] = {}


def to_xml(
    state: State,
    x: Lazy,
    *,
    strict: bool = True,
    location: bool = False,
    write: Callable[[str], object] | None = None,
) -> tuple[str, frozenset[str]]:
    """The XML text of *x* and the context of the strings in it.

    *strict* forces everything; else what is not evaluated is `<unevaluated />`. *location* adds the
    positions of attributes and functions. With *write*, the pieces go there, also when an error follows, and
    the text returned is empty.
    """
    text = pieces()
    writer = XmlWriter(state, strict, location, write or text.append)
    write_piece = writer.emit
    write_piece(HEADER)
    try:
        writer.open("expr")
        writer.write(x, None, 0)
    finally:
        while writer.elements:
            writer.close()
    return "".join(text), frozenset(writer.context)


class XmlWriter:
    """One conversion. `elements` are those still open, `context` is that of the strings so far."""

    def __init__(self, state: State, strict: bool, location: bool, emit: Callable[[str], object]) -> None:
        self.strict = strict
        self.location = location
        self.emit = emit
        self.elements: list[str] = []
        self.indent = ""
        self.context: set[str] = set()
        self.derivations: set[str] = set()
        self.limit = nesting_limit(state.settings.max_call_depth)
        self.host = state.host

    def open(self, name: str, about: str = "") -> None:
        """`<name a="b">`; *about*: its attributes, as `attributes_text` gives them."""
        self.emit(f"{self.indent}<{name}{about}>\n")
        self.elements.append(name)
        self.indent += "  "

    def close(self) -> None:
        """The end of the innermost element."""
        self.indent = self.indent[2:]
        self.emit(f"{self.indent}</{self.elements.pop()}>\n")

    def empty(self, name: str, attributes: dict[str, str]) -> None:
        """`<name a="b" />`."""
        self.emit(f"{self.indent}<{name}{attributes_text(attributes)} />\n")

    def value_element(self, name: str, text: str) -> None:
        """`<name value="text" />`."""
        self.emit(f'{self.indent}<{name} value="{escaped(text)}" />\n')

    def write(self, x: Lazy, attribute: Lazy, depth: int) -> None:
        """Write one value. *attribute*: the cell of the attribute it belongs to, for errors."""
        if depth >= self.limit:
            raise located(StackOverflow(), attribute_position(attribute))
        if not self.strict and not is_evaluated(x):
            self.empty("unevaluated", NOTHING)
            return
        value: Any = x
        if type(x) is list:
            error_site = attribute_position(attribute) or NOWHERE
            value = force(x)
        kind = type(value)
        if kind is str:
            self.value_element("string", value)
        elif kind is ContextString:
            self.context |= value.context
            self.value_element("string", value.text)
        elif kind is bool:
            self.value_element("bool", "true" if value else "false")
        elif kind is int:
            self.value_element("int", str(value))
        elif kind is float:
            self.value_element("float", short_float(value))
        elif kind is NixPath:
            self.value_element("path", self.host.shown_path(value.path))
        elif kind is dict:
            self.write_set(value, depth)
        elif kind is tuple:
            self.open("list")
            for item in value:
                self.write(item, attribute, depth + 1)
            self.close()
        elif kind is FunctionType:
            self.write_function(value)
        else:
            self.empty("null" if value is None else "unevaluated", NOTHING)

    def write_set(self, attrs: dict[str, Lazy], depth: int) -> None:
        """A set; a derivation that was shown before is only named."""
        if not is_derivation(attrs):
            self.open("attrs")
            self.write_attributes(attrs, depth)
            self.close()
            return
        shown: dict[str, str] = {}
        for name in ("drvPath", "outPath"):
            text = self.path_of(attrs, name)
            if text is not None:
                shown[name] = text
        self.open("derivation", attributes_text(shown))
        drv_path = shown.get("drvPath", "")
        if drv_path and drv_path not in self.derivations:
            self.derivations.add(drv_path)
            self.write_attributes(attrs, depth)
        else:
            self.empty("repeated", NOTHING)
        self.close()

    def path_of(self, attrs: dict[str, Lazy], name: str) -> str | None:
        """A string attribute of a derivation, if it is there and (unless strict) evaluated."""
        if name not in attrs or not (self.strict or is_evaluated(attrs[name])):
            return None
        return text_of(force(attrs[name]))

    def write_attributes(self, attrs: dict[str, Lazy], depth: int) -> None:
        """`<attr name="…">` elements, sorted."""
        depth += 1
        for name in sorted(attrs):
            item = attrs[name]
            if self.location:
                place = self.position_attributes(attribute_position(item))
                about = attributes_text({**place, "name": name})
            else:
                about = f' name="{escaped(name)}"'
            self.open("attr", about)
            self.write(item, item, depth)
            self.close()

    def write_function(self, function: FunctionType) -> None:
        """A function: what it takes."""
        info = lambda_info(function)
        self.open("function", attributes_text(self.position_attributes(info.position)))
        if info.formals is None:
            self.empty("varpat", {"name": info.argument or ""})
        else:
            about = {"ellipsis": "1"} if info.ellipsis else {}
            if info.argument:
                about["name"] = info.argument
            self.open("attrspat", attributes_text(about))
            for name in sorted([name for name, _ in info.formals]):
                self.empty("attr", {"name": name})
            self.close()
        self.close()

    def position_attributes(self, place: Place) -> dict[str, str]:
        """`column`, `line` and, in a file, `path`."""
        if not self.location or not place:
            return NOTHING
        file, line, column = place
        shown = {"column": str(column), "line": str(line)}
        path = file.removeprefix("«nix-internal»")  # where `derivation` is defined
        if path.startswith("/"):
            shown["path"] = path
        return shown


def text_of(value: Value) -> str | None:
    """The text of a string, None for anything else."""
    if type(value) is ContextString:
        return value.text
    return value if type(value) is str else None


def attributes_text(attributes: dict[str, str]) -> str:
    """` a="b" c="d"`, sorted by name."""
    if not attributes:
        return ""
    items = sorted(attributes.items())
    return "".join([f' {name}="{escaped(text)}"' for name, text in items])


def escaped(text: str) -> str:
    """*text* as it stands between quotes. Few texts have much to escape: `str.translate` takes ten times as
    long for a description of some options."""
    if text.isalnum():  # most names
        return text
    for character, written in ESCAPES:
        if character in text:
            text = text.replace(character, written)
    return text
