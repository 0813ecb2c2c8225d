"""Builtins for hashes. What a hash is and how it is written is in `store.hashing`."""

from __future__ import annotations

from nixlite.builtins.files import resolved_path
from nixlite.builtins.registry import builtin
from nixlite.errors import MissingAttribute
from nixlite.opaque import TEXTS, seen
from nixlite.runtime.expect import force_attrs, force_string, force_string_no_context
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.utf8 import to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("hashString", args=("type", "s"), state=True)
def hash_string(algorithm: Lazy, s: Lazy, state: State) -> Value:
    """Return the hash of the string *s* in hexadecimal. *type* is `"md5"`, `"sha1"`, `"sha256"` or
    `"sha512"`.

    The string's context is dropped. `"blake3"` needs the experimental feature `blake3-hashes`.
    """
    from nixlite.store.hashing import digest, parse_algorithm

    name = force_string_no_context(
        algorithm, "while evaluating the first argument passed to builtins.hashString"
    )
    name = parse_algorithm(name, state.settings.features)
    text = force_string(s, "while evaluating the second argument passed to builtins.hashString")
    if TEXTS:
        seen(text)
    return digest(name, to_bytes(text)).hex()


@builtin("hashFile", args=("type", "p"), state=True)
def hash_file(algorithm: Lazy, p: Lazy, state: State) -> Value:
    """Return the hash of the file at path *p* in hexadecimal; *type* is as for `hashString`."""
    from nixlite.store.hashing import digest, parse_algorithm

    name = force_string_no_context(
        algorithm, "while evaluating the first argument passed to builtins.hashFile"
    )
    name = parse_algorithm(name, state.settings.features)
    return digest(name, state.host.read_bytes(resolved_path(state, p))).hex()


@builtin("convertHash", args=("args",), state=True)
def convert_hash(args: Lazy, state: State) -> Value:
    """Return the hash `args.hash` in the form `args.toHashFormat`: `"base16"`, `"nix32"`, `"base64"` or
    `"sri"`.

    `args.hashAlgo` may be left out when the hash says itself of which kind it is (`sha256-…`, `sha256:…`).
    `"base32"` is an old name of `"nix32"` and gives a warning.
    """
    from nixlite.store.hashing import format_hash, parse_algorithm, parse_format, parse_hash

    attrs = force_attrs(args, "while evaluating the first argument passed to builtins.convertHash")
    features = state.settings.features
    text = force_string_no_context(attribute(attrs, "hash"), "while evaluating the attribute 'hash'")
    if TEXTS:
        seen(text)
    algorithm = None
    if make_symbol("hashAlgo") in attrs:
        algorithm = force_string_no_context(attrs["hashAlgo"], "while evaluating the attribute 'hashAlgo'")
        algorithm = parse_algorithm(algorithm, features)
    wanted = force_string_no_context(
        attribute(attrs, "toHashFormat"), "while evaluating the attribute 'toHashFormat'"
    )
    if wanted == "base32":
        state.settings.warn('"base32" is a deprecated alias for hash format "nix32".')
    hash_format = parse_format(wanted)
    found = parse_hash(text, algorithm, features)
    return format_hash(found.algorithm, found.raw, hash_format, prefix=False)


def attribute(attrs: dict[str, Lazy], name: str) -> Lazy:
    """An attribute that must be there."""
    error_context = f"while locating the attribute '{name}'"
    if make_symbol(name) not in attrs:
        error = MissingAttribute(name, ())
        error.at_site = False
        raise error
    return attrs[name]
