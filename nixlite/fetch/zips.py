"""Reading zip archives as libarchive does: by the directory at their end, without one member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL, CENTRAL, DESCRIPTOR, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x07\x08", b"PK\x05\x06"
STARTS = (LOCAL, END, DESCRIPTOR, b"PK00")
HEADER = 30
DESCRIPTOR_ROOM = 24
ENCRYPTED, LENGTH_AT_END = 1, 8
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
UNIX = 3
READING = "cannot read file from tarball: "


class Member(NamedTuple):
    """A member: its *mode* is 0 where nothing tells it; *time* in seconds since 1970."""

    name: str
    mode: int
    time: int
    content: bytes


class Stored(NamedTuple):
    """How a member's bytes lie in the archive: *packed* and *size* are those before and after unpacking."""

    start: int
    packed: int
    size: int | None
    method: int
    crc: int
    flags: int


def is_zip(data: bytes) -> bool:
    """Whether data is a zip archive; something else may lie before it."""
    return data.startswith(STARTS) or END in data[-0x4000:]


def members(data: bytes) -> Iterator[Member]:
    """The members in their order. Raises EvalError in libarchive's words."""
    import io
    import struct
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError, LookupError):
        return streamed(data)
    places = [info.header_offset for info in archive.infolist()]
    if not all([place >= 0 and data.startswith(LOCAL, place) for place in places]):
        return streamed(data)  # the directory is not this archive's
    return listed(data, archive)


def listed(data: bytes, archive: Any) -> Iterator[Member]:
    """The members that the directory of an archive lists: a `zipfile.ZipFile`.

    Names and sizes are those that stand before each member; the method is the directory's (libarchive 3.8).
    """
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        head = header_at(data, info.header_offset)
        how = head.how._replace(method=info.compress_type)
        if how.flags & LENGTH_AT_END:
            how = how._replace(packed=info.compress_size, size=info.file_size, crc=info.CRC)
        mode = info.external_attr >> 16 if info.create_system == UNIX else 0
        yield Member(head.name, mode, head.time, content_of(data, how))


def streamed(data: bytes) -> Iterator[Member]:
    """The members as they follow each other, as far as they go."""
    at = next_header(data, 0)
    while at >= 0:
        head = header_at(data, at)
        how = head.how
        end = how.start + how.packed
        if how.flags & LENGTH_AT_END:
            packed = packed_size(data, how)
            end = how.start + packed
            crc = how.crc
            if len(data) - end >= DESCRIPTOR_ROOM:
                end += 4 if data.startswith(DESCRIPTOR, end) else 0
                crc = number(data, end, 4)
                end += 12
            how = how._replace(packed=packed, size=None, crc=crc)
        yield Member(head.name, 0, head.time, content_of(data, how))
        at = next_header(data, end)


def next_header(data: bytes, at: int) -> int:
    """Where the next member begins, -1 when there is none before the directory."""
    found = data.find(LOCAL, at)
    ends = [end for end in (data.find(CENTRAL, at), data.find(END, at)) if end >= 0]
    return -1 if ends and min(ends) < found else found


class Head(NamedTuple):
    """What stands before a member."""

    name: str
    time: int
    how: Stored


def header_at(data: bytes, at: int) -> Head:
    """The header at an offset. Raises EvalError when it is cut off."""
    flags, method, time, date = [number(data, at + place, 2) for place in (6, 8, 10, 12)]
    crc, packed, size = [number(data, at + place, 4) for place in (14, 18, 22)]
    name_end = at + HEADER + number(data, at + 26, 2)
    start = name_end + number(data, at + 28, 2)
    if start > len(data):
        raise EvalError("cannot get archive member name: Truncated ZIP file header")
    days = ((date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2)
    name = data[at + HEADER : name_end].partition(b"\0")[0].decode("utf-8", "surrogateescape")
    return Head(name, seconds(days), Stored(start, packed, size, method, crc, flags))


def number(data: bytes, at: int, size: int) -> int:
    """A number of *size* bytes, the least first."""
    return int.from_bytes(data[at : at + size], "little")


def seconds(date: tuple[int, ...]) -> int:
    """A date in seconds since 1970; 0 for one that is none."""
    import calendar

    try:
        return calendar.timegm((*date, 0, 0, 0))
    except ValueError:
        return 0


def packed_size(data: bytes, how: Stored) -> int:
    """How many bytes a member takes that does not say it before it ends."""
    if how.method != DEFLATED:  # then only its descriptor shows the end
        end = data.find(DESCRIPTOR, how.start)
        return (len(data) if end < 0 else end) - how.start
    import zlib

    inflater = zlib.decompressobj(-15)
    try:
        inflater.decompress(data[how.start :])
    except zlib.error:
        return len(data) - how.start
    return len(data) - how.start - len(inflater.unused_data)


def content_of(data: bytes, how: Stored) -> bytes:
    """The bytes of a member, checked by size and CRC-32."""
    import zlib

    raw = data[how.start : how.start + how.packed]
    if how.flags & ENCRYPTED:
        raise EvalError(f"{READING}Passphrase required for this entry")
    if how.method == DEFLATED:
        content = inflated(raw)
    elif len(raw) < how.packed:
        raise EvalError(f"{READING}Truncated ZIP file data")
    elif how.method in (BZIP2, LZMA):
        content = unpacked(raw, how.method)
    elif how.method == STORED:
        content = raw
    else:
        raise EvalError(f"{READING}Unsupported ZIP compression method ({how.method}: ??)")
    if how.size is not None and len(content) != how.size:
        raise EvalError(
            f"{READING}ZIP uncompressed data is wrong size (read {len(content)}, expected {how.size})"
        )
    found = zlib.crc32(content)
    if found != how.crc:
        raise EvalError(f"{READING}ZIP bad CRC: {found:#x} should be {how.crc:#x}")
    return content


def inflated(raw: bytes) -> bytes:
    """Deflated bytes as they were."""
    import zlib

    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(raw)
    except zlib.error:
        raise EvalError(f"{READING}ZIP decompression failed (-3)") from None
    if raw and not inflater.eof:
        raise EvalError(f"{READING}ZIP decompression failed (-5)")
    if inflater.unused_data:
        used = len(raw) - len(inflater.unused_data)
        raise EvalError(f"{READING}ZIP compressed data is wrong size (read {used}, expected {len(raw)})")
    return content


def unpacked(raw: bytes, method: int) -> bytes:
    """Bytes that are compressed by one of the rarer methods, as they were."""
    import bz2
    import lzma

    try:
        if method == BZIP2:
            return bz2.decompress(raw)
        pb, rest = divmod(raw[4], 45)  # behind version and size of the properties
        lp, lc = divmod(rest, 9)
        chain = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": number(raw, 5, 4)}]
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain).decompress(raw[9:])
    except (lzma.LZMAError, OSError, EOFError, ValueError, LookupError, MemoryError):
        words = "lzma data error (9)" if method == LZMA else "bzip2 decompression failed"
        raise EvalError(READING + words) from None
