"""Hash modulo: the hash of a derivation by which its output paths are computed.

It is the SHA-256 of the ATerm with the outputs' own paths left empty and every input derivation replaced by
its own hash modulo, and for a fixed-output derivation (a download) only of its contents' hash: so its URL may
change without changing any path that depends on it.
Described as `hashDerivationModulo` in the thesis of Eelco Dolstra, figure 5.10.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.store.aterm import by_bytes, plain_list, unparse_with, variables
from nixlite.store.derivation import Derivation, Output
from nixlite.store.hashing import Hash, digest
from nixlite.store.path import METHOD_PREFIXES, fixed_path, output_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Modulo:
    """A derivation's hash modulo: one text for all outputs, one each when fixed, neither when deferred."""

    __slots__ = ("fixed", "hash")

    def __init__(self, hash: str | None, fixed: dict[str, str] | None = None) -> None:  # noqa: A002
        self.hash = hash
        self.fixed = fixed


DEFERRED = Modulo(None)


def hash_modulo(
    drv: Derivation, modulo_of: Callable[[str], Modulo], *, masked: bool = False, env: str | None = None
) -> Modulo:
    """The hash modulo of *drv*; `modulo_of` gives that of an input by its path.

    *masked*: with its own output paths empty, for computing them. *env*: else the text of its variables, if
    that is known.
    """
    if not masked:
        if drv.is_fixed:
            return Modulo(None, {name: fixed_modulo(output) for name, output in drv.outputs.items()})
        if not all(output.path for output in drv.outputs.values()):
            return DEFERRED
    inputs: dict[str, set[str]] = {}
    for path, node in drv.inputs.items():
        if node.dynamic:
            return DEFERRED
        modulo = modulo_of(path)
        if modulo.hash is not None:
            inputs.setdefault(modulo.hash, set()).update(node.outputs)
        elif modulo.fixed is None:
            return DEFERRED
        else:
            for name in node.outputs:
                if name not in modulo.fixed:
                    raise EvalError(f"no hash for output '{name}' of derivation '{drv.name}'")
                inputs.setdefault(modulo.fixed[name], set()).add("out")
    outputs = drv.outputs
    if masked:
        outputs = dict.fromkeys(drv.outputs, Output())
        env = variables({**drv.env, **dict.fromkeys([name for name in drv.env if name in outputs], "")})
    elif env is None:
        env = variables(drv.env)
    texts = [f'("{key}",{plain_list(by_bytes(inputs[key]))})' for key in sorted(inputs)]
    text = unparse_with("Derive(", drv, outputs, texts, env)
    return Modulo(digest("sha256", text.encode("utf-8", "surrogateescape")).hex())


def fixed_modulo(output: Output) -> str:
    """What stands for a fixed output in hashes: nothing but its contents and path."""
    return digest("sha256", f"fixed:out:{output.method}:{output.hash}:{output.path}".encode()).hex()


def fill_in_outputs(drv: Derivation, modulo_of: Callable[[str], Modulo], store_dir: str) -> None:
    """Compute the paths of input-addressed outputs, and put them into the variables of their names."""
    modulo = hash_modulo(drv, modulo_of, masked=True)
    if modulo.hash is None:
        return
    for name in drv.outputs:
        path = output_path(drv.name, name, modulo.hash, store_dir)
        drv.outputs[name] = Output(path)
        drv.env[name] = path


def fixed_output(name: str, method: str, content: Hash, store_dir: str) -> Output:
    """The output `out` of a fixed-output derivation."""
    path = fixed_path(name, method, content, (), store_dir)
    return Output(path, METHOD_PREFIXES[method] + content.algorithm, content.raw.hex())
