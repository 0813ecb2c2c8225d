"""Hash modulo: the hash of a derivation by which its output paths are computed.

It is the SHA-256 of the ATerm with the outputs' own paths left empty and every input derivation replaced by
its own hash modulo, and for a fixed-output derivation (a download) only of its contents' hash: so its URL may
change without changing any path that depends on it.
Described as `hashDerivationModulo` in the thesis of Eelco Dolstra, figure 5.10.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.store.aterm import ending, node_outputs, unparse_with
from nixlite.store.derivation import Derivation, InputNode, Output
from nixlite.store.hashing import Hash, digest
from nixlite.store.path import METHOD_PREFIXES, fixed_path, output_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Modulo:
    """A derivation's hash modulo: one text for all outputs, one each when fixed, neither when deferred."""

    __slots__ = ("fixed", "hash")

    def __init__(self, hash: str | None, fixed: dict[str, str] | None = None) -> None:  # noqa: A002
        self.hash = hash
        self.fixed = fixed


DEFERRED = Modulo(None)

OUT = {"out"}
"""What is used of a fixed output."""

OUT_NODE = InputNode(OUT)

NONE: dict[str, Modulo] = {}


def hash_modulo(
    drv: Derivation,
    modulo_of: Callable[[str], Modulo],
    *,
    masked: bool = False,
    end: str | None = None,
    inputs: str | None = None,
) -> Modulo:
    """The hash modulo of *drv*; `modulo_of` gives that of an input by its path.

    *masked*: with its own output paths empty, for computing them. *end*: its `ending` (with these paths
    empty if *masked*), *inputs*: its `masked_inputs`, if that is known.
    """
    if not masked:
        if drv.is_fixed:
            return Modulo(None, {name: fixed_modulo(output) for name, output in drv.outputs.items()})
        if not all([output.path for output in drv.outputs.values()]):
            return DEFERRED
    if inputs is None:
        inputs = masked_inputs(drv, modulo_of)
        if inputs is None:
            return DEFERRED
    outputs = drv.outputs
    if masked:
        outputs = dict.fromkeys(drv.outputs, Output())
    if end is None:
        end = ending(
            drv, {**drv.env, **dict.fromkeys(drv.env.keys() & outputs.keys(), "")} if masked else drv.env
        )
    text = unparse_with("Derive(", outputs, inputs, end)
    return Modulo(digest("sha256", text.encode("utf-8", "surrogateescape")).hex())


def masked_inputs(
    drv: Derivation, modulo_of: Callable[[str], Modulo], known: Mapping[str, Modulo] = NONE
) -> str | None:
    """The input derivations as they are written for hash modulo, None where it is deferred.

    *known*: what need not be asked of `modulo_of`.
    """
    inputs: dict[str, InputNode] = {}
    for path, node in drv.inputs.items():
        if node.dynamic:
            return None
        modulo = known.get(path) or modulo_of(path)
        if modulo.hash is not None:
            other = inputs.get(modulo.hash)
            inputs[modulo.hash] = node if other is None else InputNode(other.outputs | node.outputs)
        elif modulo.fixed is None:
            return None
        else:
            for name in node.outputs:
                if name not in modulo.fixed:
                    raise EvalError(f"no hash for output '{name}' of derivation '{drv.name}'")
                key = modulo.fixed[name]
                inputs[key] = InputNode(OUT | inputs[key].outputs) if key in inputs else OUT_NODE
    nodes = [(key, inputs[key]) for key in sorted(inputs)]
    return ",".join([f'("{key}",{node.text or node_outputs(node)})' for key, node in nodes])


def fixed_modulo(output: Output) -> str:
    """What stands for a fixed output in hashes: nothing but its contents and path."""
    return digest("sha256", f"fixed:out:{output.method}:{output.hash}:{output.path}".encode()).hex()


def fill_in_outputs(
    drv: Derivation, modulo_of: Callable[[str], Modulo], store_dir: str, known: Mapping[str, Modulo] = NONE
) -> tuple[str | None, str | None]:
    """Compute the paths of input-addressed outputs, and put them into the variables of their names.

    Gives the derivation's `ending` then, which is written but once: with marks in the places of the paths;
    and its `masked_inputs`. None where that cannot be, or paths are not known. *known*: see there.
    """
    marks = {name: f"\x03{number}\x03" for number, name in enumerate(drv.outputs)}
    marked = end = ending(drv, {**drv.env, **marks})
    for mark in marks.values():
        end = end.replace(mark, "")
    is_marked = marked.count("\x03") == 2 * len(marks) and drv.env.keys() >= marks.keys()
    inputs = masked_inputs(drv, modulo_of, known)
    if inputs is None:
        return None, None
    modulo = hash_modulo(drv, modulo_of, masked=True, end=end if is_marked else None, inputs=inputs)
    assert modulo.hash is not None
    for name, mark in marks.items():
        path = output_path(drv.name, name, modulo.hash, store_dir)
        drv.outputs[name] = Output(path)
        drv.env[name] = path
        marked = marked.replace(mark, path)
    return marked if is_marked else None, inputs


def fixed_output(name: str, method: str, content: Hash, store_dir: str) -> Output:
    """The output `out` of a fixed-output derivation."""
    path = fixed_path(name, method, content, (), store_dir)
    return Output(path, METHOD_PREFIXES[method] + content.algorithm, content.raw.hex())
