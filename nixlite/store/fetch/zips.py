"""Reading zip archives as libarchive does: by the directory at their end, without one member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL, DESCRIPTOR, END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x05\x06"
STARTS = (LOCAL, END, DESCRIPTOR, b"PK00")
HEADER = 30
DESCRIPTOR_ROOM = 24
ENCRYPTED, LENGTH_AT_END, UTF8 = 1, 8, 0x800
STORED, DEFLATED = 0, 8
UNIX = 3
READING = "cannot read file from tarball: "


class Member(NamedTuple):
    """A member: its *mode* is 0 where nothing tells it; *time* in seconds since 1970."""

    name: str
    mode: int
    time: int
    content: bytes


class Stored(NamedTuple):
    """How a member's bytes lie in the archive; *size* is that of the compressed bytes."""

    start: int
    size: int
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
    return listed(data, archive)


def listed(data: bytes, archive: Any) -> Iterator[Member]:
    """The members that the directory of an archive lists: a `zipfile.ZipFile`."""
    for info in archive.infolist():
        at = info.header_offset
        if not data.startswith(LOCAL, at) or at < 0:
            raise EvalError(f"{READING}Bad ZIP file header")
        start = at + HEADER + sum([number(data, at + 26, 2), number(data, at + 28, 2)])
        crc = info.CRC if info.flag_bits & LENGTH_AT_END else number(data, at + 14, 4)
        how = Stored(start, info.compress_size, info.compress_type, crc, info.flag_bits)
        name = info.filename if info.flag_bits & UTF8 else as_utf8(info.filename.encode("cp437"))
        mode = info.external_attr >> 16 if info.create_system == UNIX else 0
        yield Member(name, mode, seconds(info.date_time), content_of(data, how, archive, info))


def streamed(data: bytes) -> Iterator[Member]:
    """The members as they follow each other, as far as they go."""
    at = data.find(LOCAL)
    while data.startswith(LOCAL, at):
        flags, method, time, date = [number(data, at + place, 2) for place in (6, 8, 10, 12)]
        crc, size = number(data, at + 14, 4), number(data, at + 18, 4)
        name_end = at + HEADER + number(data, at + 26, 2)
        start = name_end + number(data, at + 28, 2)
        if start > len(data):
            raise EvalError("cannot get archive member name: Truncated ZIP file header")
        end = start + size
        if flags & LENGTH_AT_END:
            size = stored_size(data, start, method)
            end = start + size
            if len(data) - end >= DESCRIPTOR_ROOM:
                end += 4 if data.startswith(DESCRIPTOR, end) else 0
                crc = number(data, end, 4)
                end += 12
        how = Stored(start, size, method, crc, flags)
        days = ((date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2)
        name = as_utf8(data[at + HEADER : name_end])
        yield Member(name, 0, seconds(days), content_of(data, how))
        at = end


def number(data: bytes, at: int, size: int) -> int:
    """A number of *size* bytes, the least first."""
    return int.from_bytes(data[at : at + size], "little")


def as_utf8(name: bytes) -> str:
    """A name whose encoding nobody tells."""
    return name.decode("utf-8", "surrogateescape")


def seconds(date: tuple[int, ...]) -> int:
    """A date in seconds since 1970; 0 for one that is none."""
    import calendar

    try:
        return calendar.timegm((*date, 0, 0, 0))
    except ValueError:
        return 0


def stored_size(data: bytes, start: int, method: int) -> int:
    """How many bytes a member takes that does not say it before it ends."""
    if method != DEFLATED:  # then only its descriptor shows the end
        end = data.find(DESCRIPTOR, start)
        return (len(data) if end < 0 else end) - start
    import zlib

    inflater = zlib.decompressobj(-15)
    try:
        inflater.decompress(data[start:])
    except zlib.error:
        return len(data) - start
    return len(data) - start - len(inflater.unused_data)


def content_of(data: bytes, how: Stored, archive: Any = None, info: Any = None) -> bytes:
    """The bytes of a member, checked. *archive* and *info* are `zipfile`'s, for rare methods."""
    import zlib

    raw = data[how.start : how.start + how.size]
    if how.flags & ENCRYPTED:
        raise EvalError(f"{READING}Passphrase required for this entry")
    if len(raw) < how.size:
        raise EvalError(f"{READING}Truncated ZIP file data")
    if how.method == STORED:
        content = raw
    elif how.method == DEFLATED:
        content = inflated(raw)
    elif archive is None:
        raise EvalError(f"{READING}Unsupported ZIP compression method ({how.method})")
    else:
        return by_zipfile(archive, info)
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
        raise EvalError(f"{READING}Truncated ZIP file body")
    return content


def by_zipfile(archive: Any, info: Any) -> bytes:
    """The bytes of a member that Python's own reader unpacks: bzip2 and LZMA."""
    import zipfile
    import zlib
    from lzma import LZMAError

    try:
        return bytes(archive.read(info))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        LZMAError,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
    ) as error:
        raise EvalError(f"{READING}{error}") from None
