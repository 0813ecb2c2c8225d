"""Binary caches: store objects on an HTTP server, for `builtins.fetchClosure`.

An object is described by `<hash>.narinfo` and lies there as a (compressed) archive.
Manual: Store, "HTTP Binary Cache Store".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import EvalError
from nixlite.fetch.curl import DownloadError
from nixlite.fetch.filters import bunzip2, gunzip, unxz, zstd
from nixlite.store.hashing import Hash, hash_bytes, parse_hash
from nixlite.store.nar import restore
from nixlite.store.path import HASH_LENGTH, fixed_path, make_store_path, path_name, text_path, with_references

if TYPE_CHECKING:
    from nixlite.fetch.download import Downloader
    from nixlite.host.host import Host
    from nixlite.store.store import Store


class NarInfo(NamedTuple):
    """What a cache says of a store path. *ca* is its content address, empty if it has none."""

    path: str
    url: str
    compression: str
    nar_hash: Hash
    references: tuple[str, ...]
    ca: str
    signatures: tuple[str, ...]


class BinaryCache:
    """A cache at *url*. Raises EvalError if there is none."""

    def __init__(self, url: str, downloader: Downloader, store_dir: str) -> None:
        self.url = url.rstrip("/")
        self.downloader = downloader
        self.store_dir = store_dir
        try:
            downloader.get(self.url + "/nix-cache-info")
        except DownloadError as error:
            if not error.absent:
                raise
            raise EvalError(f"'{self.url}' does not appear to be a binary cache") from None

    def info(self, path: str) -> NarInfo:
        """The description of a store path. Raises EvalError if the cache does not have it."""
        digits = path.rpartition("/")[2][:HASH_LENGTH]
        try:
            text = self.downloader.get(f"{self.url}/{digits}.narinfo").data.decode("utf-8", "replace")
        except DownloadError as error:
            if not error.absent:
                raise
            raise EvalError(f"path '{path}' is not valid") from None
        rows = [line.partition(": ")[::2] for line in text.splitlines()]
        fields = dict(rows)
        return NarInfo(
            path=path,
            url=fields.get("URL", ""),
            compression=fields.get("Compression", "bzip2"),
            nar_hash=parse_hash(fields.get("NarHash", "")),
            references=tuple([f"{self.store_dir}/{name}" for name in fields.get("References", "").split()]),
            ca=fields.get("CA", ""),
            signatures=tuple([value for name, value in rows if name == "Sig"]),
        )

    def archive(self, info: NarInfo) -> bytes:
        """The archive of a store path, checked."""
        data = decompress(
            self.downloader.get(f"{self.url}/{info.url}").data, info.compression, self.downloader.host
        )
        found = hash_bytes(info.nar_hash.algorithm, data)
        if found != info.nar_hash:
            raise EvalError(
                f"hash mismatch importing path '{info.path}';\n  specified: {info.nar_hash.text('nix32')}\n"
                f"  got:       {found.text('nix32')}"
            )
        return data

    def closure(self, root: str) -> list[NarInfo]:
        """The descriptions of *root* and all it refers to, references first."""
        infos: dict[str, NarInfo] = {}
        done: dict[str, None] = {}
        stack = [(root, False)]
        while stack:
            path, finished = stack.pop()
            if finished:
                done[path] = None
            elif path not in infos:
                infos[path] = self.info(path)
                stack.append((path, True))
                stack += [(below, False) for below in infos[path].references if below != path]
        return [infos[path] for path in done]


def decompress(data: bytes, compression: str, host: Host) -> bytes:
    """An archive as the cache has it, unpacked; zstd may take a program of the *host*. Raises EvalError."""
    if compression in ("none", ""):
        return data
    reader = READERS.get(compression)
    if reader is None and compression != "zstd":
        raise EvalError(f"unknown compression method '{compression}'")
    plain = zstd(data, host) if reader is None else reader(data)
    if plain.failure:
        raise EvalError(f"failed to read compressed data ({plain.failure})")
    return plain.data


READERS = {"xz": unxz, "bzip2": bunzip2, "gzip": gunzip}


def is_content_addressed(info: NarInfo, store_dir: str) -> bool:
    """Whether the path follows from the content, as its `CA` field claims."""
    kind, _, rest = info.ca.partition(":")
    name = path_name(info.path)
    others = tuple([path for path in info.references if path != info.path])
    if kind == "text":
        return text_path(name, parse_hash(rest).raw, others, store_dir) == info.path
    if kind != "fixed":
        return False
    if not rest.startswith("r:"):
        return fixed_path(name, "flat", parse_hash(rest), others, store_dir) == info.path
    content = parse_hash(rest[2:])
    return source_path(name, content, others, info.path in info.references, store_dir) == info.path


def source_path(
    name: str, content: Hash, others: tuple[str, ...], self_reference: bool, store_dir: str
) -> str:
    """The path of an archive that may refer to itself."""
    if content.algorithm != "sha256":
        return fixed_path(name, "nar", content, others, store_dir)
    kind = with_references("source", others, self_reference)
    return make_store_path(kind, content.text("base16"), name, store_dir)


def copy_closure(cache: BinaryCache, store: Store, root: str, trusted_keys: list[str] | None) -> None:
    """Add a store path and all it refers to to the store.

    What is not content-addressed must be signed by one of *trusted_keys*, unless that is None.
    """
    for info in cache.closure(root):
        if store.is_valid(info.path):
            continue
        data = cache.archive(info)
        trusted = trusted_keys is None or is_content_addressed(info, store.store_dir)
        if not trusted and not is_signed(info, trusted_keys or [], len(data)):
            message = f"cannot add path '{info.path}' because it lacks a signature by a trusted key"
            raise EvalError(message)
        store.add_object(info.path, restore(data), info.references)


def copy_rewritten(cache: BinaryCache, store: Store, root: str) -> str:
    """Add the closure of *root*, every path renamed by its content; returns the new name of *root*."""
    renamed: dict[str, str] = {}
    for info in cache.closure(root):
        data = cache.archive(info)
        for path in info.references:
            if path != info.path and path not in renamed:
                raise EvalError(f"cycle detected in the references of '{path}' from '{info.path}'")
            if path != info.path:
                data = data.replace(path.encode(), renamed[path].encode())
        others = tuple([renamed[path] for path in info.references if path != info.path])
        digits = base_name(info.path)[:HASH_LENGTH]
        # What it says of itself counts as zeros. (Nix means to hash the places as well, but 2.34.8 does not.)
        content = hash_bytes("sha256", data.replace(digits, bytes(HASH_LENGTH)))
        refers_to_itself = info.path in info.references
        new_path = source_path(path_name(info.path), content, others, refers_to_itself, store.store_dir)
        renamed[info.path] = new_path
        data = data.replace(digits, base_name(new_path)[:HASH_LENGTH])
        references = (*others, new_path) if refers_to_itself else others
        if not store.is_valid(new_path):
            store.add_object(new_path, restore(data), references)
    return renamed[root]


def base_name(path: str) -> bytes:
    """A store path without its directory, as bytes."""
    return path.rpartition("/")[2].encode()


def is_signed(info: NarInfo, trusted_keys: list[str], size: int) -> bool:
    """Whether one of *trusted_keys* (`name:base-64`) signed the description; *size* is the archive's."""
    from nixlite.store.ed25519 import is_valid
    from nixlite.store.hashing import from_base64

    references = ",".join(info.references)
    fingerprint = f"1;{info.path};{info.nar_hash.text('nix32')};{size};{references}".encode()
    keys = dict([key.partition(":")[::2] for key in trusted_keys])
    for signature in info.signatures:
        name, _, text = signature.partition(":")
        try:
            if name in keys and is_valid(from_base64(keys[name]), fingerprint, from_base64(text)):
                return True
        except ValueError:  # no Base64, so no signature
            continue
    return False
