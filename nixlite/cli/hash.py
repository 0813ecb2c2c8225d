"""`nixlite hash file|path|convert|to-…`: hashes of files, and their forms. Manual: `nix hash`."""

from __future__ import annotations

from nixlite.cli.command import Command
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import COMMON
from nixlite.drives import given_path
from nixlite.errors import EvalError, UsageError
from nixlite.store.hashing import (
    BadHashError,
    Hash,
    hash_bytes,
    parse_algorithm,
    parse_format,
    parse_hash,
    parse_hash_and_format,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.store.tree import Node

METHODS = ("flat", "nar", "git")


def set_algorithm(command: Any, words: list[str]) -> None:
    """`--type`, `--algo`."""
    command.algorithm = parse_algorithm(words[0], command.settings.features)


def set_format(attribute: str) -> Callable[[Any, list[str]], None]:
    """An action that keeps the form of a hash in an attribute."""

    def act(command: Any, words: list[str]) -> None:
        if words[0] == "base32":
            command.settings.warn('"base32" is a deprecated alias for hash format "nix32".')
        setattr(command, attribute, parse_format(words[0]))

    return act


def constant_format(name: str) -> Callable[[Any, list[str]], None]:
    """An action that chooses a form of hashes."""
    return lambda command, words: setattr(command, "format", name)


def set_method(command: Any, words: list[str]) -> None:
    """`--mode`."""
    if words[0] not in METHODS:
        raise UsageError(f"Unknown file ingestion method '{words[0]}', expect `flat`, `nar`, or `git`")
    command.method = words[0]


TYPE = Flag("hash-algo", set_algorithm, "the algorithm: md5, sha1, sha256, sha512, blake3")

FORMS: Flags = {
    "--sri": Flag("", constant_format("sri"), "print SRI: the algorithm, and base 64 (the default)"),
    "--base64": Flag("", constant_format("base64"), "print base 64"),
    "--base32": Flag("", constant_format("nix32"), "print Nix's base 32"),
    "--base16": Flag("", constant_format("base16"), "print base 16"),
    "--type": TYPE,
}

PATH_FLAGS: Flags = {
    "--algo": TYPE,
    "--mode": Flag("file-ingestion-method", set_method, "what is hashed: nar (the archive), flat or git"),
    "--format": Flag("hash-format", set_format("format"), "the form: base16, nix32, base64 or sri"),
}

CONVERT_FLAGS: Flags = {
    "--from": Flag("hash-format", set_format("expected"), "the form that the hashes must have"),
    "--to": Flag("hash-format", set_format("format"), "the form: base16, nix32, base64 or sri (the default)"),
    "--hash-algo": TYPE,
}
"""Of `hash convert`."""

OLD_FLAGS: Flags = {"--type": TYPE}
"""Of `hash to-base16` and its like."""


class HashCommand(Command):
    """What commands about hashes share: an algorithm and a form."""

    algorithm: str | None = None
    format = "sri"

    def print(self, found: Hash) -> None:
        """Print a hash in the form that is wanted; only SRI tells the algorithm."""
        self.host.write_stdout(f"{found.text(self.format, prefix=False)}\n")

    def features(self) -> frozenset[str]:
        """The experimental features; some algorithms need one."""
        return self.settings.features


class HashPath(HashCommand):
    """`nix hash path`: of the archive that a file or directory makes."""

    usage = "nixlite hash path [flags] PATH…"
    description = "Print the hash of files or directories, of the archives (NAR) that they make."
    method = "nar"
    flags = FORMS | PATH_FLAGS | COMMON

    def run(self) -> int:
        """Print a line for each path."""
        for word in self.words:
            self.print(self.hash_of(word))
        return 0

    def hash_of(self, word: str) -> Hash:
        """The hash of what lies at a path of the command line."""
        from nixlite.fetch.inputs import require_feature
        from nixlite.store.nar import hash_tree

        algorithm = self.algorithm or "sha256"
        path = absolute(self, word)
        if self.method == "flat":
            return hash_bytes(algorithm, read_file(self.host, path, word))
        if self.method == "git":
            require_feature("git-hashing", self.settings.features)
        return hash_tree(tree_at(self.host, path), self.method, algorithm)


class HashFile(HashPath):
    """`nix hash file`: of a file's bytes."""

    usage = "nixlite hash file [flags] PATH…"
    description = "Print the hash of the bytes of files."
    method = "flat"
    flags = FORMS | COMMON


class Convert(HashCommand):
    """`nix hash convert`."""

    usage = "nixlite hash convert [--hash-algo ALGORITHM] [--from FORMAT] [--to FORMAT] HASH…"
    description = "Print hashes in another form."
    flags = CONVERT_FLAGS | COMMON
    expected = ""

    def run(self) -> int:
        """Print a line for each hash."""
        for word in self.words:
            found, form = parse_hash_and_format(word, self.algorithm, self.features())
            if self.expected and self.expected != form:
                raise BadHashError(
                    f"input hash '{word}' has format '{form}', but '--from {self.expected}' was specified"
                )
            self.print(found)
        return 0


class ToBase16(HashCommand):
    """`nix hash to-base16`, an old form of `convert`."""

    usage = "nixlite hash to-base16 [--type ALGORITHM] HASH…"
    description = "Print hashes in base 16 (an old form of `hash convert`)."
    format = "base16"
    flags = OLD_FLAGS | COMMON

    def run(self) -> int:
        """Print a line for each hash."""
        self.settings.warn(
            "The old format conversion subcommands of `nix hash` were deprecated in favor of"
            " `nix hash convert`."
        )
        for word in self.words:
            self.print(parse_hash(word, self.algorithm, self.features()))
        return 0


class ToBase32(ToBase16):
    """`nix hash to-base32`."""

    usage = "nixlite hash to-base32 [--type ALGORITHM] HASH…"
    description = "Print hashes in Nix's base 32 (an old form of `hash convert`)."
    format = "nix32"


class ToBase64(ToBase16):
    """`nix hash to-base64`."""

    usage = "nixlite hash to-base64 [--type ALGORITHM] HASH…"
    description = "Print hashes in base 64 (an old form of `hash convert`)."
    format = "base64"


class ToSri(ToBase16):
    """`nix hash to-sri`."""

    usage = "nixlite hash to-sri [--type ALGORITHM] HASH…"
    description = "Print hashes as SRI (an old form of `hash convert`)."
    format = "sri"


def absolute(command: Command, word: str) -> str:
    """A path of the command line as an absolute one."""
    return given_path(word, command.settings.cwd)


def tree_at(host: Host, path: str) -> Node:
    """The tree at a path; symlinks above its last part are followed. Raises EvalError where there is none."""
    from nixlite.store.tree import host_tree

    real = host.real_path(path, last=False)
    if not host.exists(real):
        raise EvalError(f"path '/{path}' does not exist")  # so many slashes has Nix's message
    return host_tree(host, real)


def read_file(host: Host, path: str, word: str) -> bytes:
    """The bytes of a file, a pipe or whatever can be read. Raises EvalError."""
    real = host.real_path(path)
    if host.file_type(real) == "directory":
        raise EvalError("read of 65536 bytes: Is a directory")
    if not host.exists(real):
        raise EvalError(f'opening file "{word}": No such file or directory')
    return host.read_bytes(real)
