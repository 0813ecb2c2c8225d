"""Hash modulo: the hash of a derivation by which its output paths are computed.

It is the SHA-256 of the ATerm with the outputs' own paths left empty and every input derivation replaced by
its own hash modulo, and for a fixed-output derivation (a download) only of its contents' hash: so its URL may
change without changing any path that depends on it.
Described as `hashDerivationModulo` in the thesis of Eelco Dolstra, figure 5.10.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.store.aterm import ending, node_outputs, output_list, unparse_with
from nixlite.store.derivation import Derivation, InputNode, Output
from nixlite.store.hashing import Hash, digest
from nixlite.store.path import METHOD_PREFIXES, fixed_path

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

NO_PATH = Output()

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
        outputs = dict.fromkeys(drv.outputs, NO_PATH)
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
    texts: dict[str, str] = {}
    for path, node in drv.inputs.items():
        masked = node.masked
        if masked is None:
            if node.dynamic:
                return None
            masked = node.masked = mask(drv.name, known.get(path) or modulo_of(path), node)
            if masked is None:
                return None
        texts[masked[0]] = masked[1]
    if len(texts) == len(drv.inputs) and "" not in texts:
        return ",".join(sorted(texts.values()))
    return merged_inputs(drv, modulo_of)


def mask(name: str, modulo: Modulo, node: InputNode) -> tuple[str, str] | None:
    """What the hash modulo of a derivation called *name* has of one that it uses: the latter's own, and the
    text with what is used of it. None where that is deferred, two empty texts where it is to be merged."""
    if modulo.hash is not None:
        return modulo.hash, f'("{modulo.hash}",{node.text or node_outputs(node)})'
    if modulo.fixed is None:
        return None
    for output in node.outputs:
        if output not in modulo.fixed:
            raise EvalError(f"no hash for output '{output}' of derivation '{name}'")
    if len(node.outputs) != 1:
        return "", ""
    key = modulo.fixed[next(iter(node.outputs))]
    return key, f'("{key}",["out"])'


def merged_inputs(drv: Derivation, modulo_of: Callable[[str], Modulo]) -> str:
    """`masked_inputs` where inputs have the same hash modulo, such as two downloads of one file."""
    outputs: dict[str, set[str]] = {}
    for path, node in drv.inputs.items():
        modulo = modulo_of(path)
        if modulo.hash is not None:
            outputs.setdefault(modulo.hash, set()).update(node.outputs)
        else:
            assert modulo.fixed is not None  # as `mask` has found
            for name in node.outputs:
                outputs.setdefault(modulo.fixed[name], set()).add("out")
    return ",".join([f'("{key}",{output_list(outputs[key])})' for key in sorted(outputs)])


def fixed_modulo(output: Output) -> str:
    """What stands for a fixed output in hashes: nothing but its contents and path."""
    return digest("sha256", f"fixed:out:{output.method}:{output.hash}:{output.path}".encode()).hex()


def fixed_output(name: str, method: str, content: Hash, store_dir: str) -> Output:
    """The output `out` of a fixed-output derivation."""
    path = fixed_path(name, method, content, (), store_dir)
    return Output(path, METHOD_PREFIXES[method] + content.algorithm, content.raw.hex())
