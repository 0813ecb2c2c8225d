"""Derivations: the data in `.drv` files.

Their text form is in `aterm.py`, the hashes behind output paths in `modulo.py`, their JSON in
`formats.json.derivations`.
Manual: Store, "Store derivation".
"""

from __future__ import annotations

from nixlite.records import Record
from nixlite.store.path import DRV_EXTENSION, path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Output(Record):
    """An output as the ATerm has it: three texts, some of them empty.

    | kind              | path  | method      | hash        |
    |-------------------|-------|-------------|-------------|
    | input-addressed   | path  |             |             |
    | fixed             | path  | `r:sha256`  | base 16     |
    | floating          |       | `r:sha256`  |             |
    | impure            |       | `r:sha256`  | `impure`    |
    | deferred          |       |             |             |

    A deferred path depends on outputs that are not known before they are built.
    """

    __slots__ = ("hash", "method", "path")

    def __init__(self, path: str = "", method: str = "", hash: str = "") -> None:  # noqa: A002
        self.path = path
        self.method = method
        self.hash = hash

    @property
    def is_fixed(self) -> bool:
        """Whether the contents are known beforehand."""
        return bool(self.path and self.method)


class InputNode:
    """Which outputs of an input derivation are used.

    *dynamic*: by output name, what is used of the derivation that this output is (`dynamic-derivations`).
    Many derivations may have the same node: see `written.Shared.take_inputs`. Where that is known, `text` is
    what `aterm.output_list` makes of the outputs, `written` what the node is in a `.drv` file, and `masked`
    what `modulo.mask` says of it.
    """

    __slots__ = ("dynamic", "masked", "outputs", "text", "written")

    def __init__(self, outputs: Iterable[str] = ()) -> None:
        self.outputs: set[str] = set(outputs)
        self.dynamic: dict[str, InputNode] = {}
        self.text = ""
        self.written = ""
        self.masked: tuple[str, str] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InputNode):
            return NotImplemented
        return (self.outputs, self.dynamic) == (other.outputs, other.dynamic)

    __hash__ = None  # type: ignore[assignment]  # as Python has it; the stubs do not


class Derivation:
    """A derivation's data. Paths are whole texts; `env` holds the variables, `__json` among them."""

    __slots__ = ("args", "builder", "env", "inputs", "name", "outputs", "sources", "system")

    def __init__(self, name: str) -> None:
        self.name = name
        self.outputs: dict[str, Output] = {}
        self.inputs: dict[str, InputNode] = {}
        self.sources: set[str] = set()
        self.system = ""
        self.builder = ""
        self.args: list[str] = []
        self.env: dict[str, str] = {}

    def add_input(self, drv_path: str, outputs: list[str]) -> None:
        """Depend on an output; *outputs* has more than one name for outputs of outputs."""
        node = self.inputs.setdefault(drv_path, InputNode())
        node.written, node.masked = "", None
        for name in outputs[:-1]:
            node = node.dynamic.setdefault(name, InputNode())
        node.outputs.add(outputs[-1])
        node.text = ""

    def references(self) -> list[str]:
        """The store paths that the .drv file refers to, sorted."""
        return sorted(self.sources.union(self.inputs))

    @property
    def is_fixed(self) -> bool:
        """Whether this is a fixed-output derivation."""
        for output in self.outputs.values():  # noqa: SIM110 - each derivation is asked, several times
            if output.path and output.method:
                return True
        return False


def name_of_drv(drv_path: str) -> str:
    """The derivation's name in the path of its `.drv` file."""
    return path_name(drv_path)[: -len(DRV_EXTENSION)]


def base_name(path: str) -> str:
    """A store path without the store directory."""
    return path.rpartition("/")[2]
