"""Derivations as JSON, as `nix derivation show` prints them."""

from __future__ import annotations

from nixlite.store.aterm import by_bytes
from nixlite.store.derivation import base_name
from nixlite.store.hashing import format_hash, parse_unprefixed
from nixlite.store.path import METHOD_PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.store.derivation import Derivation, InputNode, Output

JSON_VERSION = 4
"""The format of `nix derivation show` in Nix 2.34."""


def to_json(drv: Derivation) -> dict[str, Any]:
    """The object that `nix derivation show` prints for a derivation (format version 4, Nix 2.34)."""
    env = dict(drv.env)
    encoded = env.pop("__json", None)
    result: dict[str, Any] = {
        "name": drv.name,
        "version": JSON_VERSION,
        "outputs": {name: output_to_json(output) for name, output in drv.outputs.items()},
        "inputs": {
            "srcs": [base_name(path) for path in sorted(drv.sources)],
            "drvs": {base_name(path): node_to_json(node) for path, node in drv.inputs.items()},
        },
        "system": drv.system,
        "builder": drv.builder,
        "args": drv.args,
        "env": env,
    }
    if encoded is not None:
        from nixlite.formats.json.outside import structured  # seldom wanted

        result["structuredAttrs"] = structured(encoded)
    return result


def output_to_json(output: Output) -> dict[str, Any]:
    """One output: a path, a hash, or how it will be hashed."""
    if not output.method:
        return {"path": base_name(output.path)} if output.path else {}
    method, algorithm = split_method(output.method)
    if output.is_fixed:
        content, _ = parse_unprefixed(output.hash, algorithm, frozenset({"blake3-hashes"}))
        return {"method": method, "hash": format_hash(algorithm, content.raw, "sri")}
    row: dict[str, Any] = {"method": method, "hashAlgo": algorithm}
    if output.hash == "impure":
        row["impure"] = True
    return row


def split_method(text: str) -> tuple[str, str]:
    """`r:sha256` as ("nar", "sha256")."""
    for method, prefix in METHOD_PREFIXES.items():
        if prefix and text.startswith(prefix):
            return method, text[len(prefix) :]
    return "flat", text


def node_to_json(node: InputNode) -> dict[str, Any]:
    """The outputs wanted of an input derivation."""
    dynamic = {name: node_to_json(child) for name, child in node.dynamic.items()}
    return {"outputs": by_bytes(node.outputs), "dynamicOutputs": dynamic}
