"""Hashes: computing them, and the texts that stand for them.

A hash is a `Hash`: the algorithm's name and the raw bytes. Its texts are base-16, Nix's own base-32 (which
runs from the last byte to the first and leaves out e, o, t and u), base-64, and SRI (`sha256-` + base-64).
`hashlib` is imported on first use: it costs milliseconds that most evaluations need not spend.
"""

from __future__ import annotations

from nixlite.errors import EvalError, NixError, UsageError
from nixlite.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Hasher(Protocol):
        """A hash that is being computed."""

        def update(self, data: bytes, /) -> object:
            """Take in more bytes."""

        def digest(self) -> bytes:
            """The hash of what was taken in."""


HASH_SIZES = {"blake3": 32, "md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}
"""Bytes in a hash of each algorithm; the keys are the algorithms that Nix knows."""

SHA256: list[Any] = []
"""The function of `hashlib`, once it is there: importing it again takes longer than hashing a path."""

PIECE = 1 << 22
"""Bytes that are hashed at once."""

HASH_FORMATS = ("base16", "nix32", "base32", "base64", "sri")
"""Names of the texts; `base32` is the old name of `nix32`."""

NIX32 = "0123456789abcdfghijklmnpqrsvwxyz"
NIX32_PAIRS = [first + second for first in NIX32 for second in NIX32]
NIX32_VALUES = {character: value for value, character in enumerate(NIX32)}
TO_PYTHON = str.maketrans(NIX32, "0123456789abcdefghijklmnopqrstuv")
"""To the digits of Python's `int`."""

DIGITS = bytes([ord(NIX32[value & 31]) for value in range(256)])
"""Each digit of base 32 by its value, for `bytes.translate`."""


def spreading(bits: int, lane: int) -> tuple[int, int, int]:
    """To have two digits, or groups of them, of *bits* each, apart: what of each *lane* of a number stays, by
    how much the rest is moved to the left, and that rest."""
    half = sum(((1 << bits) - 1) << at for at in range(0, 256, lane))
    return half, lane // 2 - bits, half << bits


SPREAD = [spreading(bits, lane) for bits, lane in ((80, 256), (40, 128), (20, 64), (10, 32), (5, 16))]
"""The steps from 32 digits of 5 bits to 32 bytes, by halves."""

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE64_VALUES = {character: value for value, character in enumerate(BASE64)}
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
FORMAT_NAMES = {"base16": "base16", "nix32": "nix32", "base64": "Base64", "sri": "SRI"}


class BadHashError(NixError):
    """A text that is no hash, or none of the algorithm that was asked for."""


class Hash(Record):
    """A hash value: algorithm name and raw bytes."""

    __slots__ = ("algorithm", "raw")

    def __init__(self, algorithm: str, raw: bytes) -> None:
        self.algorithm = algorithm
        self.raw = raw

    def text(self, hash_format: str, *, prefix: bool = True) -> str:
        """`format_hash` of this hash."""
        return format_hash(self.algorithm, self.raw, hash_format, prefix=prefix)


def new_hasher(algorithm: str) -> Hasher:
    """What computes hashes of a known *algorithm*."""
    if algorithm == "blake3":
        from nixlite.store.blake3 import Blake3

        return Blake3()
    if algorithm == "sha256":
        hasher: Hasher = sha256()()
        return hasher
    import hashlib  # slow to import

    return hashlib.new(algorithm, usedforsecurity=False)


def sha256() -> Any:
    """`hashlib.sha256`, in `SHA256` from now on. Loading `hashlib` takes as long again as loading OpenSSL: it
    looks for all algorithms."""
    if not SHA256:
        try:
            from _hashlib import openssl_sha256
        except ImportError:  # a Python without OpenSSL
            from hashlib import sha256 as openssl_sha256
        SHA256.append(openssl_sha256)
    return SHA256[0]


def digest(algorithm: str, data: bytes) -> bytes:
    """The raw hash of *data*; *algorithm* is one of `HASH_SIZES`."""
    if algorithm == "sha256" and len(data) < PIECE:  # nearly always
        found: bytes = (SHA256[0] if SHA256 else sha256())(data).digest()
        return found
    hasher = new_hasher(algorithm)
    for at in range(0, len(data), PIECE):  # so that an interrupt comes through
        hasher.update(data[at : at + PIECE])
    return hasher.digest()


def hash_bytes(algorithm: str, data: bytes) -> Hash:
    """The `Hash` of *data*."""
    return Hash(algorithm, digest(algorithm, data))


def parse_algorithm(name: str, features: frozenset[str] = frozenset()) -> str:
    """*name* if Nix knows this algorithm; blake3 only when the feature `blake3-hashes` is on.

    Raises NixError with Nix's words otherwise.
    """
    if name not in HASH_SIZES:
        raise UsageError(
            f"unknown hash algorithm '{name}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
        )
    if name == "blake3" and "blake3-hashes" not in features:
        raise NixError(
            "experimental Nix feature 'blake3-hashes' is disabled; add "
            "'--extra-experimental-features blake3-hashes' to enable it"
        )
    return name


def parse_format(name: str) -> str:
    """The format that *name* stands for: "base16", "nix32", "base64" or "sri"."""
    if name not in HASH_FORMATS:
        raise UsageError(f"unknown hash format '{name}', expect 'base16', 'base32', 'base64', or 'sri'")
    return "nix32" if name == "base32" else name


def to_base32(raw: bytes) -> str:
    """Nix's base-32 text of *raw*."""
    number = int.from_bytes(raw, "little")
    if len(raw) == 20:  # of a store path
        return short_base32(number)
    length = (len(raw) * 8 + 4) // 5
    pairs = [NIX32_PAIRS[number >> shift & 1023] for shift in range((length - 1) // 2 * 10, -1, -10)]
    return "".join(pairs)[length & 1 :]  # two digits at a time; an odd first one is a zero too many


def short_base32(number: int) -> str:
    """The 32 digits of a number of 160 bits: these are moved apart until each has a byte of its own."""
    for half, shift, other in SPREAD:
        number = number & half | (number & other) << shift
    return number.to_bytes(32, "big").translate(DIGITS).decode()


def path_digits(raw: bytes) -> str:
    """The 32 digits in a store path of a SHA-256: base 32 of `compress_hash`."""
    return short_base32(int.from_bytes(raw[:20], "little") ^ int.from_bytes(raw[20:], "little"))


def from_base32(text: str) -> bytes:
    """The bytes of Nix's base-32 *text*: as many as its digits need; ValueError for another character.

    Bits beyond the last whole byte make one byte more when they are not zero, so that a caller who
    compares lengths rejects the text, as C++ Nix does.
    """
    if text.strip(NIX32):  # there are other characters
        bad = next(character for character in text if character not in NIX32_VALUES)
        raise ValueError(f"invalid character in Nix32 (Nix's Base32 variation) string: '{bad}'")
    number = int(text.translate(TO_PYTHON), 32) if text else 0
    size = len(text) * 5 // 8
    return number.to_bytes(max(size, (number.bit_length() + 7) // 8), "little")


def to_base64(raw: bytes) -> str:
    """Ordinary base-64 with padding."""
    from binascii import b2a_base64

    return b2a_base64(raw, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of base-64 *text* as leniently as Nix: newlines skipped, everything after `=` ignored."""
    result = bytearray()
    buffer = bits = 0
    for character in text:
        if character == "=":
            break
        if character == "\n":
            continue
        value = BASE64_VALUES.get(character)
        if value is None:
            raise ValueError(f"invalid character in Base64 string: '{character}'")
        buffer = (buffer << 6 | value) & 0xFFFF
        bits += 6
        if bits >= 8:
            bits -= 8
            result.append(buffer >> bits & 0xFF)
    return bytes(result)


def from_base16(text: str) -> bytes:
    """The bytes of hexadecimal *text* of even length, digits of either case."""
    if not HEX_DIGITS.issuperset(text):
        bad = next(character for character in text if character not in HEX_DIGITS)
        raise ValueError(f"invalid character in Base16 string: '{bad}'")
    return bytes.fromhex(text)


def format_hash(algorithm: str, raw: bytes, hash_format: str, *, prefix: bool = True) -> str:
    """The text of a hash in "base16", "nix32", "base64" or "sri".

    With *prefix*, `sha256:` stands before it; SRI has its `sha256-` in any case.
    """
    if hash_format == "sri":
        return f"{algorithm}-{to_base64(raw)}"
    if hash_format == "base16":
        text = raw.hex()
    elif hash_format == "nix32":
        text = to_base32(raw)
    else:
        text = to_base64(raw)
    return f"{algorithm}:{text}" if prefix else text


def parse_hash(text: str, algorithm: str | None = None, features: frozenset[str] = frozenset()) -> Hash:
    """The hash that *text* means: SRI, `algorithm:…`, or bare when *algorithm* is given.

    Which base it is in follows from its length. Raises BadHashError in Nix's words.
    """
    return parse_hash_and_format(text, algorithm, features)[0]


def expected_hash(
    text: str, algorithm: str | None, features: frozenset[str], warn: Callable[[str], object]
) -> Hash:
    """The hash that *text* means; an empty text is a hash of zeros, with a warning."""
    if text:
        return parse_hash(text, algorithm, features)
    if algorithm is None:
        raise EvalError("empty hash requires explicit hash algorithm")
    zeros = Hash(algorithm, bytes(HASH_SIZES[algorithm]))
    warn(f"found empty hash, assuming '{zeros.text('sri')}'")
    return zeros


def parse_hash_and_format(
    text: str, algorithm: str | None = None, features: frozenset[str] = frozenset()
) -> tuple[Hash, str]:
    """As `parse_hash`, with the name of the format that was found."""
    name, colon, rest = text.partition(":")
    is_sri = False
    if not colon:
        name, dash, rest = text.partition("-")
        is_sri = bool(dash)
    if not colon and not is_sri:
        if algorithm is None:
            raise BadHashError(
                f"hash '{text}' does not include a type, nor is the type otherwise known from context"
            )
        return parse_unprefixed(text, algorithm, features)
    parse_algorithm(name, features)
    if algorithm is not None and algorithm != name:
        raise BadHashError(f"hash '{text}' should have type '{algorithm}'")
    if is_sri:
        return decode_hash(rest, name, "sri"), "sri"
    return parse_unprefixed(rest, name, features)


def parse_sri(text: str, features: frozenset[str] = frozenset()) -> Hash:
    """The hash of an SRI text; nothing else is accepted."""
    name, dash, rest = text.partition("-")
    if not dash:
        raise BadHashError(f"hash '{text}' is not SRI")
    return decode_hash(rest, parse_algorithm(name, features), "sri")


def parse_unprefixed(text: str, algorithm: str, features: frozenset[str] = frozenset()) -> tuple[Hash, str]:
    """The hash of a text without `algorithm:`, and its format, told by its length in bytes."""
    size = HASH_SIZES[parse_algorithm(algorithm, features)]
    length = len(text.encode("utf-8", "surrogateescape"))
    if length == size * 2:
        found = "base16"
    elif length == (size * 8 + 4) // 5:
        found = "nix32"
    elif length == (size + 2) // 3 * 4:
        found = "base64"
    else:
        raise BadHashError(f"hash '{text}' has wrong length for hash algorithm '{algorithm}'")
    return decode_hash(text, algorithm, found), found


def decode_hash(text: str, algorithm: str, hash_format: str) -> Hash:
    """Decode *text*; a bad character is reported as length 0, which is what Nix 2.34.8 says."""
    decoders = {"base16": from_base16, "nix32": from_base32, "base64": from_base64, "sri": from_base64}
    try:
        raw = decoders[hash_format](text)
    except ValueError:
        raw = b""
    if len(raw) != HASH_SIZES[algorithm]:
        raise BadHashError(
            f"invalid {FORMAT_NAMES[hash_format]} hash '{text}', "
            f"length {len(raw)} != expected length {HASH_SIZES[algorithm]}"
        )
    return Hash(algorithm, raw)


def compress_hash(raw: bytes, size: int) -> bytes:
    """*raw* folded by exclusive or into *size* bytes: the short hashes in store paths have 20."""
    result = 0
    for start in range(0, len(raw), size):
        result ^= int.from_bytes(raw[start : start + size], "little")
    return result.to_bytes(size, "little")
