"""Archives as they come: whole, cut off, damaged, odd. `ARCHIVES`: bytes by file name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile

NOISE = random.Random(1).randbytes(5000)  # does not compress


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o755) -> tarfile.TarInfo:
    """A member that is no plain file, or one with a mode of its own."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def tar(*members: str | tarfile.TarInfo, content: bytes = b"1", extended: bool = True) -> bytes:
    """A tar archive; a name stands for a plain file."""
    buffer = io.BytesIO()
    style = tarfile.PAX_FORMAT if extended else tarfile.USTAR_FORMAT
    with tarfile.open(fileobj=buffer, mode="w:", format=style) as archive:
        for one in members:
            info = tarfile.TarInfo(one) if isinstance(one, str) else one
            info.mtime = 1000
            info.size = len(content) if isinstance(one, str) else 0
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tgz(*members: str | tarfile.TarInfo, content: bytes = b"1") -> bytes:
    """The same, compressed."""
    return gzip.compress(tar(*members, content=content), mtime=0)


def zipped(*names: str) -> bytes:
    """A zip archive of small files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "1")
    return buffer.getvalue()


def changed(data: bytes, at: int) -> bytes:
    """*data* with one byte inverted."""
    result = bytearray(data)
    result[at] ^= 0xFF
    return bytes(result)


PLAIN = tar("pkg/a", "pkg/b", content=NOISE)
GZIPPED = gzip.compress(PLAIN, mtime=0)
BZIPPED = bz2.compress(PLAIN)
XZIPPED = lzma.compress(PLAIN)
TREE = tar(
    member("pkg/", tarfile.DIRTYPE), "pkg/default.nix", "pkg/sub/b", member("pkg/l", tarfile.SYMTYPE, "sub/b")
)

ARCHIVES = {
    # whole
    "t.tgz": gzip.compress(TREE, mtime=0),
    "t.tar.gz": gzip.compress(TREE, mtime=0),
    "t.tar": TREE,
    "t.tar.bz2": bz2.compress(TREE),
    "t.tar.xz": lzma.compress(TREE),
    "t.zip": zipped("pkg/a", "pkg/sub/b"),
    "empty.tar": tar(),
    "empty.tgz": tgz(),
    "empty.zip": zipped(),
    "zero.tgz": b"",
    "file.tgz": tgz("x"),
    "files.tgz": tgz("x", "y"),
    "link.tgz": tgz(member("x", tarfile.SYMTYPE, "y")),
    "dot.tgz": tgz(member("./", tarfile.DIRTYPE)),
    "directory.tgz": tgz(member("d/", tarfile.DIRTYPE)),
    "directories.tgz": tgz(member("d/e/", tarfile.DIRTYPE)),
    "modes.tgz": tgz(*[member(f"d/{mode:o}", mode=mode) for mode in (0o1, 0o10, 0o100, 0o644)]),
    "dots.tgz": tgz("./d/./x", "d//y"),
    "absolute.tgz": tgz("/d/x"),
    "up.tgz": tgz("../x"),
    "up-inside.tgz": tgz("d/../x", "d/y"),
    "twice.tgz": tgz("d/x", member("d/x")),
    "file-then-directory.tgz": tgz("d/x/y", member("d/x")),
    "hard.tgz": tgz("d/x", member("d/h", tarfile.LNKTYPE, "d/x")),
    "hard-before.tgz": tgz(member("d/h", tarfile.LNKTYPE, "d/x"), "d/x"),
    "hard-missing.tgz": tgz("d/x", member("d/h", tarfile.LNKTYPE, "d/nope")),
    "hard-elsewhere.tgz": tgz("d/x", member("d/h", tarfile.LNKTYPE, "x")),
    "hard-directory.tgz": tgz("d/x/y", member("d/h", tarfile.LNKTYPE, "d/x")),
    "pipe.tgz": tgz("d/x", member("d/f", tarfile.FIFOTYPE)),
    "device.tgz": tgz("d/x", member("d/f", tarfile.CHRTYPE)),
    "block.tgz": tgz("d/x", member("d/f", tarfile.BLKTYPE)),
    "trailing.tgz": GZIPPED + b"junk",
    "zeros.tar": bytes(10240),
    "zeros.gz": gzip.compress(bytes(10240), mtime=0),
    # none
    "text.tgz": b"plain text\n",
    "byte.tgz": b"x",
    "text.gz": gzip.compress(b"no tar\n", mtime=0),
    "text.xz": lzma.compress(b"no tar\n"),
    # cut off
    "cut.tar": PLAIN[:3000],
    "cut-header.tar": PLAIN[:512],
    "cut-second.tar": PLAIN[: 512 + 5120 + 700],
    "cut-end.tar": PLAIN[: 2 * (512 + 5120)],
    "cut.tgz": GZIPPED[: len(GZIPPED) // 2],
    "cut-header.tgz": GZIPPED[:10],
    "cut-end.tgz": GZIPPED[:-4],
    "cut.tar.bz2": BZIPPED[: len(BZIPPED) // 2],
    "cut.tar.xz": XZIPPED[: len(XZIPPED) // 2],
    "cut-end.zip": zipped("pkg/a")[:-30],
    "cut.zip": zipped("pkg/a")[:40],
    # damaged
    "flipped.tgz": changed(GZIPPED, len(GZIPPED) // 2),
    "flipped-sum.tgz": changed(GZIPPED, -6),
    "flipped-name.tar": changed(PLAIN, 0),
    "flipped.tar.xz": changed(XZIPPED, len(XZIPPED) // 2),
    "flipped.tar.bz2": changed(BZIPPED, len(BZIPPED) // 2),
}
