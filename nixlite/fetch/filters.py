"""Decompressing archives as libarchive does, which passes on what it can of a damaged one.

It hands on pieces of 64 KiB. Where it cannot fill the first three, from which it tells the format, there is
no archive; later pieces that it cannot fill are as good as cut off (libarchive 3.8 observed). It looks at
neither sum nor length at the end of gzip data.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from nixlite.errors import EvalError
from nixlite.limits.growth import grow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.host.host import Host

PIECE = 1 << 16
FIRST = 3 * PIECE
STEP = 256
LARGE = 1 << 20
"""Bytes that are decompressed at once, where they are not damaged."""
MOST = 25
"""Filters that may lie one upon another."""
GZIP, BZIP2, XZ, ZSTD = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
LZMA = b"\x5d\x00\x00"
BLOCK, END_OF_BLOCKS = b"1AY&SY", b"\x17rE8P\x90"
HEADER_SUM, EXTRA, NAME, COMMENT, RESERVED = 2, 4, 8, 16, 0xE0


class Plain(NamedTuple):
    """Decompressed data; *failure*: libarchive's words for what is wrong with the rest, "" for whole data."""

    data: bytes
    failure: str = ""


def decompress(data: bytes, host: Host) -> Plain:
    """What is in compressed data, however often it was compressed; other data as it is. *host*: see `zstd`.

    Raises EvalError where not even the beginning can be decompressed.
    """
    plain = Plain(data)
    for _ in range(MOST):
        reader = reader_of(plain.data, host)
        if reader is None:
            break
        inner = reader(plain.data)
        if inner.failure:
            inner = Plain(inner.data[: len(inner.data) // PIECE * PIECE], inner.failure)
            if len(inner.data) < FIRST:
                raise EvalError(f"Failed to open archive ({inner.failure})")
        plain = Plain(inner.data, inner.failure or plain.failure)
    return plain


def reader_of(data: bytes, host: Host) -> Callable[[bytes], Plain] | None:
    """What decompresses data that begins like this."""
    if data.startswith(GZIP) and gzip_header(data, 0):
        return gunzip
    if data.startswith(BZIP2) and data[3:4] in b"123456789" and data[4:10] in (BLOCK, END_OF_BLOCKS):
        return bunzip2
    if data.startswith((XZ, LZMA)):
        return unxz
    return (lambda data: zstd(data, host)) if data.startswith(ZSTD) else None


def gzip_header(data: bytes, start: int) -> int:
    """Where the compressed data behind a gzip header begin; 0 when there is no such header."""
    if len(data) < start + 10 or not data.startswith(GZIP, start) or data[start + 3] & RESERVED:
        return 0
    flags = data[start + 3]
    at = start + 10
    if flags & EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (NAME, COMMENT):
        if flags & flag:
            at = data.find(b"\0", at) + 1
            if not at:
                return 0
    at += 2 if flags & HEADER_SUM else 0
    return at if at <= len(data) else 0


def gunzip(data: bytes) -> Plain:
    """Gzip members one after the other; what follows them and is none is ignored."""
    import zlib

    parts: list[bytes] = []
    start = gzip_header(data, 0)
    while start:
        failed, rest = run(lambda: zlib.decompressobj(-15), data[start:], parts, zlib.error)
        if failed:
            return Plain(b"".join(parts), "gzip decompression failed")
        if rest is None:
            return Plain(b"".join(parts), "truncated gzip input")
        if len(rest) < 8:  # sum and length
            return Plain(b"".join(parts), "Truncated gzip input")
        start = gzip_header(data, len(data) - len(rest) + 8)
    return Plain(b"".join(parts))


def bunzip2(data: bytes) -> Plain:
    """Bzip2 streams one after the other."""
    import bz2

    parts: list[bytes] = []
    while data.startswith(BZIP2):
        failed, rest = run(bz2.BZ2Decompressor, data, parts, OSError)
        if failed:
            return Plain(b"".join(parts), "bzip decompression failed")
        if rest is None:
            return Plain(b"".join(parts), "truncated bzip2 input")
        data = rest
    return Plain(b"".join(parts))


def unxz(data: bytes) -> Plain:
    """Xz streams one after the other, or data of the older lzma."""
    import lzma

    parts: list[bytes] = []
    while data.startswith((XZ, LZMA)):
        failed, rest = run(lzma.LZMADecompressor, data, parts, lzma.LZMAError)
        if failed:
            return Plain(b"".join(parts), "Lzma library error: Corrupted input data")
        if rest is None:
            return Plain(b"".join(parts), "Lzma library error:  No progress is possible")
        padding = len(rest) - len(rest.lstrip(b"\0"))
        if data.startswith(XZ):  # streams may be padded, by multiples of four
            data = rest if padding % 4 else rest[padding:]
        else:
            data = b""
    return Plain(b"".join(parts), "Lzma library error: Corrupted input data" if data else "")


def run(
    make: Callable[[], Any], data: bytes, parts: list[bytes], error: type[Exception]
) -> tuple[bool, bytes | None]:
    """Decompress one stream into *parts*: whether that failed, and what follows it (None: it is cut off).

    *error* is Python's for damaged data. It gives nothing of a piece that fails: then all is done again in
    small steps.
    """
    errors = (error, EOFError, ValueError, MemoryError)
    decompressor = make()
    found: list[bytes] = []
    try:
        rest = decompress_whole(decompressor, data, found)
        parts += found
        return False, rest
    except errors:
        decompressor = make()
    try:
        for at in range(0, len(data), STEP):
            step = data[at : at + STEP]
            while step or not getattr(decompressor, "needs_input", True):
                parts.append(decompressor.decompress(step, PIECE))
                step = getattr(decompressor, "unconsumed_tail", b"")  # only zlib's has one
    except errors:
        pass
    return True, None


def decompress_whole(decompressor: Any, data: bytes, parts: list[bytes]) -> bytes | None:
    """Decompress one stream into *parts*; what follows it, None where it is cut off.

    Large ones come in pieces, so that they can be interrupted, and are not made where there is no room.
    """
    for at in range(0, max(len(data), 1), LARGE):
        step, more = data[at : at + LARGE], True
        while more:
            piece = decompressor.decompress(step, LARGE)
            parts.append(piece)
            grow(len(piece))
            if decompressor.eof:
                return bytes(decompressor.unused_data) + data[at + LARGE :]
            step = getattr(decompressor, "unconsumed_tail", b"")  # only zlib's has one
            waiting = not getattr(decompressor, "needs_input", True)
            more = bool(step) or waiting or len(piece) == LARGE
    return None


def zstd(data: bytes, host: Host) -> Plain:
    """Zstd data: by Python where it can, else by the program `zstd` of the *host*."""
    return Plain(unzstd(data, host))


def unzstd(data: bytes, host: Host) -> bytes:
    """Decompress zstd. Raises EvalError."""
    decompressing = zstd_of_python()
    if decompressing is not None:
        return decompressing(data)
    try:
        done = host.run_program("zstd", ["-dcq"], data=data)
    except OSError:
        raise EvalError("Failed to open archive (zstd is needed to unpack it: no program 'zstd')") from None
    if done.code:
        raise EvalError("Failed to open archive (Zstd decompression failed)")
    return done.stdout


def zstd_of_python() -> Callable[[bytes], bytes] | None:
    """`compression.zstd.decompress`, new in Python 3.14, with an EvalError for what it cannot do."""
    from importlib import import_module

    try:
        module = import_module("compression.zstd")
    except ImportError:
        return None

    def decompressing(data: bytes) -> bytes:
        try:
            return bytes(module.decompress(data))
        except (module.ZstdError, EOFError, ValueError) as error:
            raise EvalError(f"Failed to open archive (Zstd decompression failed: {error})") from None

    return decompressing
