"""The text of `.drv` files, an ATerm, out and in.

`Derive([outputs],[input derivations],[input sources],system,builder,[arguments],[environment])`
Manual: Protocols, "Derivation ATerm format".
"""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.store.derivation import Derivation, InputNode, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def unparse(drv: Derivation) -> str:
    """The ATerm of a derivation: the contents of its `.drv` file."""
    head, inputs = unparse_inputs(drv.inputs)
    return unparse_with(head, drv.outputs, inputs, ending(drv, drv.env))


def unparse_inputs(inputs: dict[str, InputNode]) -> tuple[str, str]:
    """How an ATerm with these input derivations begins, and these."""
    texts = []
    dynamic = False
    for path, node in inputs.items():
        if node.dynamic:
            dynamic = True
            texts.append(f'("{path}",{unparse_node(node)})')
        else:
            texts.append(node.written or f'("{path}",{node.text or node_outputs(node)})')
    texts.sort()  # by path: nothing in a path comes before the quotation mark after it
    return 'DrvWithVersion("xp-dyn-drv",' if dynamic else "Derive(", ",".join(texts)


def unparse_with(head: str, outputs: dict[str, Output], inputs: str, end: str) -> str:
    """The ATerm with outputs, inputs and `ending` given by the caller, who may mask them."""
    texts = [
        f'("{name}","{o.path}","{o.method}","{o.hash}")'
        for name, o in (by_name(outputs) if len(outputs) > 1 else outputs.items())
    ]
    return f"{head}[{','.join(texts)}],[{inputs}],{end}"


def ending(drv: Derivation, env: dict[str, str]) -> str:
    """What comes after the input derivations, with the variables that the caller gives."""
    return (
        f"{plain_list(sorted(drv.sources))},"
        f'"{drv.system}",{quote(drv.builder)},[{",".join([quote(text) for text in drv.args])}],'
        f"[{variables(env)}])"
    )


def variables(env: dict[str, str]) -> str:
    """The environment: pairs of quoted strings."""
    return ",".join([f"({quote(name)},{quote(value)})" for name, value in by_name(env)])


def unparse_node(node: InputNode) -> str:
    """The outputs wanted of an input derivation."""
    names = output_list(node.outputs)
    if not node.dynamic:
        return names
    below = [f'("{name}",{unparse_node(child)})' for name, child in by_name(node.dynamic)]
    return f"({names},[{','.join(below)}])"


def quote(text: str) -> str:
    """An ATerm string."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    if not text.isprintable():  # a quick way to say that there is nothing else to escape
        text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{text}"'


def node_outputs(node: InputNode) -> str:
    """The names of the outputs that a node says, written once."""
    node.text = text = output_list(node.outputs)
    return text


def plain_list(texts: Iterable[str]) -> str:
    """A list of strings that need no escaping."""
    return "[" + ",".join([f'"{text}"' for text in texts]) + "]"


def output_list(names: set[str]) -> str:
    """The names of outputs, in byte order; mostly there is one."""
    if len(names) == 1:
        for name in names:
            return f'["{name}"]'
    return plain_list(by_bytes(names))


def byte_order(text: str) -> bytes:
    """A sort key: byte order, which differs from that of code points for bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def by_bytes(texts: Iterable[str]) -> list[str]:
    """*texts* in byte order."""
    names = list(texts)
    if len(names) < 2:
        return names
    if "".join(names).isascii():
        names.sort()
    else:
        names.sort(key=byte_order)
    return names


def by_name(table: dict[str, Any]) -> list[tuple[str, Any]]:
    """The items of *table* in byte order of their names."""
    return [(name, table[name]) for name in by_bytes(table)]


def parse(text: str, name: str) -> Derivation:
    """The derivation in an ATerm; *name* is that of the `.drv` file without its extension.

    Raises NixError in Nix's words for anything else.
    """
    return ATermReader(text).derivation(name)


UNESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class ATermReader:
    """Reads the ATerm of a derivation from front to back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def derivation(self, name: str) -> Derivation:
        """The whole text."""
        drv = Derivation(name)
        self.expect("D")
        if self.text.startswith("r", self.at):
            self.expect("rvWithVersion(")
            version = self.string()
            if version != "xp-dyn-drv":
                raise NixError(f"Unknown derivation ATerm format version '{version}'")
            self.expect(",")
        elif self.text.startswith("e", self.at):
            self.expect("erive(")
        else:
            raise NixError("derivation does not start with 'Derive' or 'DrvWithVersion'")
        for row in self.items(self.output):
            drv.outputs[row[0]] = Output(*row[1:])
        self.expect(",")
        drv.inputs = dict(self.items(self.input))
        self.expect(",")
        drv.sources = set(self.strings())
        self.expect(",")
        drv.system = self.string()
        self.expect(",")
        drv.builder = self.string()
        self.expect(",")
        drv.args = self.strings()
        self.expect(",")
        drv.env = dict(self.items(self.pair))
        self.expect(")")
        return drv

    def expect(self, token: str) -> None:
        """Insist on *token*."""
        if not self.text.startswith(token, self.at):
            raise NixError(f"expected string '{token}'")
        self.at += len(token)

    def string(self) -> str:
        """A quoted string."""
        self.expect('"')
        text, at = self.text, self.at
        parts: list[str] = []
        while True:
            end = text.find('"', at)
            escape = text.find("\\", at, end if end >= 0 else None)
            if end < 0 or escape + 1 >= len(text):
                raise NixError("unterminated string in derivation")
            if escape < 0:
                parts.append(text[at:end])
                self.at = end + 1
                return "".join(parts)
            character = text[escape + 1]
            parts += [text[at:escape], UNESCAPED.get(character, character)]
            at = escape + 2

    def items(self, read: Callable[[], Any]) -> list[Any]:
        """A list of what *read* reads."""
        self.expect("[")
        result: list[Any] = []
        if self.text.startswith("]", self.at):
            self.at += 1
            return result
        while True:
            result.append(read())
            if self.text.startswith("]", self.at):
                self.at += 1
                return result
            self.expect(",")

    def strings(self) -> list[str]:
        """A list of strings."""
        return self.items(self.string)

    def output(self) -> tuple[str, str, str, str]:
        """One output: name, path, method, hash."""
        self.expect("(")
        row = [self.string()]
        for _ in range(3):
            self.expect(",")
            row.append(self.string())
        self.expect(")")
        return row[0], row[1], row[2], row[3]

    def pair(self) -> tuple[str, str]:
        """One variable."""
        self.expect("(")
        name = self.string()
        self.expect(",")
        value = self.string()
        self.expect(")")
        return name, value

    def input(self) -> tuple[str, InputNode]:
        """One input derivation."""
        self.expect("(")
        path = self.string()
        self.expect(",")
        node = self.input_node()
        self.expect(")")
        return path, node

    def input_node(self) -> InputNode:
        """The outputs wanted of it."""
        if not self.text.startswith("(", self.at):
            return InputNode(self.strings())
        self.expect("(")
        node = InputNode(self.strings())
        self.expect(",")
        node.dynamic = dict(self.items(self.input))
        self.expect(")")
        return node
