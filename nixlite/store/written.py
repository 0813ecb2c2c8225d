"""What the derivations of a store have in common, written once.

Those of a package set have some 36 variables each. Of all pairs of a name and a value but one in thirteen was
there before, half of them with no text at all, and nearly two derivations in three have inputs that another
one has, too (5,112 packages of a nixpkgs of 2020, which are 38,000 derivations). So what a variable is in an
ATerm is looked up here, and so is what all inputs are, by the string context that they come from.
"""

from __future__ import annotations

from bisect import bisect_left

from nixlite.store.aterm import output_list, plain_list, quote, unparse_inputs
from nixlite.store.derivation import InputNode, Output
from nixlite.store.modulo import hash_modulo, masked_inputs
from nixlite.store.path import output_path, with_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from nixlite.store.derivation import Derivation
    from nixlite.store.modulo import Modulo

    Row: TypeAlias = tuple[str, int, str, dict[str, str]]
    """A variable's name, its kind (see `VARIABLE`), what it is when empty, what it is by its value."""

VARIABLE, SETTING, ODD = 0, 1, 2
"""Attributes that are only variables, that mean something to Nix as well, and that are no variables."""

SETTINGS = frozenset(("builder", "system", "outputHash", "outputHashAlgo", "outputHashMode", "outputs"))
"""Variables that mean something to Nix itself, see `builtins.derivations.take_setting`."""

NO_VARIABLES = frozenset(("__contentAddressed", "__impure", "args"))
"""Attributes that only Nix sees."""

MOST_CHARACTERS = 1 << 23
"""Of pairs that are remembered. The longest texts are scripts, of which most packages have the same."""

PAIR_CHARACTERS = 200
"""What a pair takes beside its own characters, more or less."""

MOST_SHAPES = 4096
"""Sets of names that are remembered."""

MOST_INPUTS = 4096
"""Sets of inputs that are."""


class Inputs:
    """The input derivations and sources of derivations with the same string context; never to be changed.

    `head`, `text`, `source_list`: as they are in an ATerm. `kind`: `path.with_references` of a text file.
    `masked`: what `modulo.masked_inputs` says, once it was `asked`.
    """

    __slots__ = (
        "asked", "derivations", "head", "kind", "masked", "references", "source_list", "sources", "text",
    )  # fmt: skip

    def __init__(self, derivations: dict[str, InputNode], sources: set[str]) -> None:
        self.derivations = derivations
        self.sources = sources
        self.head, self.text = unparse_inputs(derivations)
        self.source_list = plain_list(sorted(sources))
        self.references = tuple(sorted(sources.union(derivations)))
        self.kind = with_references("text", self.references)
        self.masked: str | None = None
        self.asked = False

    def masked_by(
        self, drv: Derivation, modulo_of: Callable[[str], Modulo], known: Mapping[str, Modulo]
    ) -> str | None:
        """`modulo.masked_inputs` of a derivation with these inputs."""
        if not self.asked:
            self.masked = masked_inputs(drv, modulo_of, known)
            self.asked = True
        return self.masked


class Written:
    """`aterm.ending` of a derivation in pieces: what comes before its variables, and these, in the order of
    `keys`, which is that of bytes."""

    __slots__ = ("beginning", "keys", "pieces")

    def __init__(self, keys: list[str], pieces: list[str]) -> None:
        self.keys = keys
        self.pieces = pieces
        self.beginning = ""

    def put(self, name: str, value: str) -> None:
        """Give a variable another value, that of an output, in which nothing has to be escaped."""
        keys, piece = self.keys, f'("{name}","{value}")'
        at = bisect_left(keys, name)
        if at < len(keys) and keys[at] == name:
            self.pieces[at] = piece
        else:
            keys.insert(at, name)
            self.pieces.insert(at, piece)

    def ending(self) -> str:
        """`aterm.ending` of the derivation, with the values that the variables have now."""
        return f"{self.beginning}{','.join(self.pieces)}])"


def fill_in_outputs(
    drv: Derivation,
    inputs: Inputs,
    written: Written | None,
    modulo_of: Callable[[str], Modulo],
    store_dir: str,
    known: Mapping[str, Modulo],
) -> None:
    """Compute the paths of input-addressed outputs, and put them into the variables of their names; where
    they cannot be known, nothing is changed. *written*: the variables, if they are; *known*: see
    `masked_inputs`.
    """
    end = None
    if written is not None:
        for name in drv.outputs:
            written.put(name, "")
        end = written.ending()
    masked = inputs.masked_by(drv, modulo_of, known)
    if masked is None:
        return
    modulo = hash_modulo(drv, modulo_of, masked=True, end=end, inputs=masked)
    assert modulo.hash is not None
    for name in drv.outputs:
        path = output_path(drv.name, name, modulo.hash, store_dir)
        drv.outputs[name] = Output(path)
        drv.env[name] = path
        if written is not None:
            written.put(name, path)


class Shared:
    """What is looked up when a derivation is made, and forgotten with the store. All of it is bounded."""

    __slots__ = ("elements", "inputs", "quoted", "rows", "shapes", "size")

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.shapes: dict[tuple[str, ...], tuple[list[str], list[Row]]] = {}
        self.inputs: dict[frozenset[str], Inputs] = {}
        self.elements: dict[str, tuple[str, InputNode | None]] = {}
        self.quoted: dict[str, str] = {}
        self.size = 0

    def new_shape(self, names: tuple[str, ...]) -> tuple[list[str], list[Row]] | None:
        """Of attributes with these names those that become variables, sorted, and all that are looked at, in
        that order, which `shapes` has from now on. None if they are none of those that are written so."""
        if "__json" in names or not "".join(names).isascii():
            return None
        if len(self.shapes) >= MOST_SHAPES:
            self.shapes.clear()
            self.rows.clear()
            self.size = 0
        attributes = sorted(names)
        if "__ignoreNulls" in names:
            attributes.remove("__ignoreNulls")
        rows = [self.rows.get(name) or self.new_row(name) for name in attributes]
        shape = self.shapes[names] = [row[0] for row in rows if row[1] != ODD], rows
        return shape

    def new_row(self, name: str) -> Row:
        """What `rows` has for an attribute from now on."""
        kind = SETTING if name in SETTINGS else ODD if name in NO_VARIABLES else VARIABLE
        row = self.rows[name] = (name, kind, f'({quote(name)},"")', {})
        return row

    def new_pair(self, row: Row, value: str) -> str:
        """A variable and its value, as they are written, which the row has from now on."""
        if self.size > MOST_CHARACTERS:
            self.size = 0
            for other in self.rows.values():
                other[3].clear()
        pair = row[3][value] = f"{row[2][:-3]}{quote(value)})"
        self.size += len(pair) + PAIR_CHARACTERS
        return pair

    def quote(self, text: str) -> str:
        """`aterm.quote` of a builder or an argument, which mostly is a path to one of few files."""
        known = self.quoted.get(text)
        if known is None:
            known = quote(text)
            if len(text) < PAIR_CHARACTERS:
                if len(self.quoted) >= MOST_SHAPES:
                    self.quoted.clear()
                self.quoted[text] = known
        return known

    def begin(self, written: Written, drv: Derivation, inputs: Inputs) -> None:
        """What comes before the variables, when everything else is known."""
        arguments = ",".join([self.quote(text) for text in drv.args])
        written.beginning = f'{inputs.source_list},"{drv.system}",{self.quote(drv.builder)},[{arguments}],['

    def take_inputs(self, context: frozenset[str], drv: Derivation) -> list[str]:
        """Depend on what a string context says; returns what is to be looked at more closely.

        Derivations that depend on the same output have the same `InputNode`: the toolchain comes with each.
        """
        elements, inputs, left = self.elements, drv.inputs, []
        for text in context:
            known = elements.get(text)
            if known is None:
                known = self.new_element(text)
                if known is None:
                    left.append(text)
                    continue
            path, node = known
            if node is None:
                drv.sources.add(path)
            elif path in inputs:
                inputs[path] = InputNode(inputs[path].outputs | node.outputs)
            else:
                inputs[path] = node
        return left

    def new_element(self, text: str) -> tuple[str, InputNode | None] | None:
        """What `elements` has from now on for a source, or for an output of a derivation; None for others."""
        node = None
        path = text
        if text[0] != "/":
            output, _, path = text[1:].partition("!")
            if path[:1] != "/" or text[0] != "!":  # hardly ever
                return None
            node = InputNode((output,))
            node.text = output_list(node.outputs)
            node.written = f'("{path}",{node.text})'
        known = self.elements[text] = path, node
        return known

    def keep_inputs(self, context: frozenset[str], inputs: Inputs) -> None:
        """Know the inputs of a string context from now on."""
        if len(self.inputs) >= MOST_INPUTS:
            self.inputs.clear()
        self.inputs[context] = inputs
