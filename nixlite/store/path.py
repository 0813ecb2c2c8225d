"""Store paths: how they are computed, and which names they may have.

A store path is the text `<store dir>/<32 base-32 digits>-<name>`; the digits are a SHA-256 of a text that
says what the path is made of, folded to 160 bits. Paths are whole texts here, `/nix/store/…`.
Manual: Protocols, "Store path specification".
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.opaque import TEXTS, seen
from nixlite.store.hashing import NIX32, Hash, compress_hash, digest, path_digits, to_base32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

STORE_DIR = "/nix/store"
HASH_LENGTH = 32
MAX_NAME_LENGTH = 211
DRV_EXTENSION = ".drv"
NAME_CHARACTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._?=")
HASH_CHARACTERS = frozenset(NIX32)

METHOD_PREFIXES = {"flat": "", "nar": "r:", "text": "text:", "git": "git:"}
"""How each way of hashing files is written before the algorithm in a derivation's outputs."""


class BadStorePathError(EvalError):
    """A text that is no store path, or a name that none may have."""


def check_name(name: str) -> None:
    """Raise BadStorePathError in Nix's words unless *name* may be the name of a store path."""
    if not name:
        raise BadStorePathError("name must not be empty")
    if len(name) > MAX_NAME_LENGTH:
        raise BadStorePathError(f"name '{name}' must be no longer than {MAX_NAME_LENGTH} characters")
    if name[0] == ".":
        if name in (".", ".."):
            raise BadStorePathError(f"name '{name}' is not valid")
        first, dash, _ = name.partition("-")
        if dash and first in (".", ".."):
            raise BadStorePathError(
                f"name '{name}' is not valid: first dash-separated component must not be '{first}'"
            )
    if not NAME_CHARACTERS.issuperset(name):
        bad = next(character for character in name if character not in NAME_CHARACTERS)
        first_byte = bad.encode("utf-8", "surrogateescape")[:1].decode("utf-8", "surrogateescape")
        raise BadStorePathError(f"name '{name}' contains illegal character '{first_byte}'")


def check_base_name(base_name: str) -> None:
    """Raise BadStorePathError unless *base_name* is `<digits>-<name>`; Nix does not look at the dash."""
    if len(base_name) < HASH_LENGTH + 1:
        raise BadStorePathError(f"'{base_name}' is too short to be a valid store path")
    for character in base_name[:HASH_LENGTH]:
        if character not in HASH_CHARACTERS:
            raise BadStorePathError(
                f"store path '{base_name}' contains illegal base-32 character '{character}'"
            )
    check_path_name(base_name)


def check_path_name(base_name: str) -> None:
    """Check the name part of *base_name*, with Nix's message about the whole path."""
    try:
        check_name(base_name[HASH_LENGTH + 1 :])
    except BadStorePathError as error:
        raise BadStorePathError(f"path '{base_name}' is not a valid store path: {error.message}") from None


def path_name(path: str) -> str:
    """The name part of a store path: `hello` of `/nix/store/…-hello`."""
    return path.rpartition("/")[2][HASH_LENGTH + 1 :]


def parse_store_path(path: str, store_dir: str = STORE_DIR) -> str:
    """*path* itself, normalised, if it is a store path (not something below one).

    Raises BadStorePathError otherwise.
    """
    if not path:
        raise BadStorePathError("empty path is not a valid store path")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    parent = "/" + "/".join(parts[:-1])
    if parent != store_dir:
        raise BadStorePathError(f"path '/{'/'.join(parts)}' is not in the Nix store")
    check_base_name(parts[-1])
    return f"{store_dir}/{parts[-1]}"


def is_store_path(path: str, store_dir: str = STORE_DIR) -> bool:
    """Whether `parse_store_path` accepts *path*."""
    try:
        parse_store_path(path, store_dir)
    except BadStorePathError:
        return False
    return True


def is_in_store(path: str, store_dir: str = STORE_DIR) -> bool:
    """Whether *path* lies below the store directory."""
    return path.startswith(store_dir + "/")


def split_store_path(path: str, store_dir: str = STORE_DIR) -> tuple[str, str]:
    """The store path that *path* is or lies in, and the rest (`""` or `/…`)."""
    if not is_in_store(path, store_dir):
        raise BadStorePathError(f"path '{path}' is not in the Nix store")
    base_name, slash, rest = path[len(store_dir) + 1 :].partition("/")
    check_base_name(base_name)
    return f"{store_dir}/{base_name}", slash + rest


def is_drv_path(path: str) -> bool:
    """Whether a name or path ends in `.drv`."""
    return path.endswith(DRV_EXTENSION)


def make_store_path(kind: str, hash_text: str, name: str, store_dir: str = STORE_DIR) -> str:
    """The store path of *name*; *kind* and *hash_text* (`sha256:<base 16>`) say what it is made of."""
    fingerprint = f"{kind}:{hash_text}:{store_dir}:{name}"
    if TEXTS:
        seen(fingerprint)
    raw = digest("sha256", fingerprint.encode("utf-8", "surrogateescape"))
    base_name = f"{path_digits(raw)}-{name}"
    if len(name) > MAX_NAME_LENGTH or name[:1] in ("", ".") or not NAME_CHARACTERS.issuperset(name):
        check_path_name(base_name)
    return f"{store_dir}/{base_name}"


def with_references(kind: str, references: Iterable[str], self_reference: bool = False) -> str:
    """*kind* with the store paths that the object refers to."""
    return ":".join([kind, *sorted(references), *(["self"] if self_reference else [])])


def text_path(
    name: str, content_hash: bytes, references: Iterable[str] = (), store_dir: str = STORE_DIR
) -> str:
    """The path of a text file (`builtins.toFile`, `.drv` files); *content_hash* is its SHA-256."""
    kind = with_references("text", references)
    return make_store_path(kind, f"sha256:{content_hash.hex()}", name, store_dir)


def fixed_path(
    name: str, method: str, content: Hash, references: Iterable[str] = (), store_dir: str = STORE_DIR
) -> str:
    """The path of an object with known contents; *method* is "flat", "nar", "text" or "git".

    A "nar" with SHA-256 is a source path, which may have references.
    """
    references = tuple(references)
    if method == "text":
        if content.algorithm != "sha256":
            raise EvalError(f"text-hashed '{name}' must use SHA-256, but uses: {content.algorithm}")
        return text_path(name, content.raw, references, store_dir)
    if method == "git" and content.algorithm not in ("sha1", "sha256"):
        raise EvalError(
            f"Git file ingestion must use SHA-1 or SHA-256 hash, but instead using: {content.algorithm}"
        )
    hash_text = content.text("base16")
    if method == "nar" and content.algorithm == "sha256":
        return make_store_path(with_references("source", references), hash_text, name, store_dir)
    if references:
        raise EvalError(
            f"fixed output derivation '{name}' is not allowed to refer to other store paths.\n"
            "You may need to use the 'unsafeDiscardReferences' derivation attribute, "
            "see the manual for more details."
        )
    inner = digest("sha256", f"fixed:out:{METHOD_PREFIXES[method]}{hash_text}:".encode())
    return make_store_path("output:out", f"sha256:{inner.hex()}", name, store_dir)


def output_path_name(name: str, output: str) -> str:
    """The name of an output's path: the derivation's name, with `-<output>` unless it is `out`."""
    return name if output == "out" else f"{name}-{output}"


def output_path(name: str, output: str, modulo_hash: str, store_dir: str = STORE_DIR) -> str:
    """The path of an input-addressed output; *modulo_hash* is the base-16 text of hash modulo."""
    return make_store_path(
        f"output:{output}", f"sha256:{modulo_hash}", output_path_name(name, output), store_dir
    )


def output_placeholder(output: str) -> str:
    """What stands for a derivation's own output before its path is known (`builtins.placeholder`)."""
    if TEXTS:
        seen(output)
    return "/" + to_base32(digest("sha256", f"nix-output:{output}".encode("utf-8", "surrogateescape")))


def upstream_placeholder(drv_path: str, output: str) -> str:
    """What stands for an output of another, content-addressed derivation."""
    return "/" + to_base32(upstream_hash(drv_path, output))


def upstream_hash(drv_path: str, output: str) -> bytes:
    """The hash in `upstream_placeholder`."""
    base_name = drv_path.rpartition("/")[2]
    name = output_path_name(base_name[HASH_LENGTH + 1 : -len(DRV_EXTENSION)], output)
    clear_text = f"nix-upstream-output:{base_name[:HASH_LENGTH]}:{name}"
    return digest("sha256", clear_text.encode("utf-8", "surrogateescape"))


def computed_hash(placeholder_hash: bytes, output: str) -> bytes:
    """The hash in the placeholder for an output of a derivation that is itself only an output (dynamic)."""
    folded = to_base32(compress_hash(placeholder_hash, 20))
    return digest("sha256", f"nix-computed-output:{folded}:{output}".encode("utf-8", "surrogateescape"))
