"""The derivations of whole package sets in little memory: who uses what, and in which words.

An evaluation that has met all of nixpkgs holds gigabytes. What comparing needs is less: of each derivation
its outputs, its inputs in the order in which its variables name them, and a digest of the variables. The
texts are compressed into a temporary file and read back for the few that have to be looked at closely.
"""

from __future__ import annotations

import re
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.explain.diff.derivations import fields
from nixlite.store.aterm import parse
from nixlite.store.derivation import name_of_drv
from nixlite.store.hashing import digest
from nixlite.store.path import upstream_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.store.derivation import Derivation
    from nixlite.store.store import Store

REMEMBERED = 256
"""How many derivations that were read back are kept as they are."""

HASH, PLACEHOLDER = 32, 52
"""Characters of the hash in a store path, and of a text that stands for a path not known yet."""


class Entry(NamedTuple):
    """One derivation.

    *outputs*: names and paths, sorted; the path is "" where it is known only after building. *fixed*: what it
    makes is known by its hash. *inputs*: .drv paths, in the order in which the variables name them;
    the last *unnamed* of them are in no variable. *shape*: equal in two derivations that say the same,
    whatever is behind the paths of their inputs. *at*, *size*: where the text is kept.
    """

    outputs: tuple[tuple[str, str], ...]
    fixed: bool
    inputs: tuple[str, ...]
    unnamed: int
    shape: bytes
    at: int
    size: int


class Table:
    """Derivations by the paths of their .drv files; of any number of evaluations with one store directory.

    A context, at whose end the texts are gone.
    """

    def __init__(self, store_dir: str) -> None:
        self.store_dir = store_dir
        self.entries: dict[str, Entry] = {}
        self.mark = re.compile(
            rf"{re.escape(store_dir)}/([0-9a-df-np-sv-z]{{{HASH}}})|/([0-9a-df-np-sv-z]{{{PLACEHOLDER}}})"
        )
        self.file: Any = None
        """Shared with the children of this process."""
        self.end = 0
        self.read: dict[str, Derivation] = {}

    def add(self, store: Store, root: str) -> None:
        """Add a derivation of an evaluation's store, and all that it is made of."""
        todo = [root]
        while todo:
            path = todo.pop()
            if path not in self.entries:
                drv = store.read_derivation(path)
                self.entries[intern(path)] = self.entry(store, path, drv)
                todo += [below for below in drv.inputs if below not in self.entries]

    def entry(self, store: Store, path: str, drv: Derivation) -> Entry:
        """What there is to remember of a derivation."""
        behind: dict[str, tuple[str, str, int]] = {}
        """By hash: the input, its output, and the length of the name that follows the hash in its path."""
        for below in drv.inputs:
            for name, output in store.read_derivation(below).outputs.items():
                if output.path:
                    start = len(self.store_dir) + 1
                    behind[output.path[start : start + HASH]] = below, name, len(output.path) - start - HASH
                else:
                    behind[upstream_placeholder(below, name)[1:]] = below, name, 0
        used: dict[str, int] = {}
        words = [f"{name} {output.method} {output.hash}" for name, output in sorted(drv.outputs.items())]
        words += sorted(drv.sources)
        own = {output.path for output in drv.outputs.values()}
        for what, text in fields(drv).items():
            if text not in own:
                words += (what, self.masked(text, behind, used))
        named = len(used)
        used.update({below: 0 for below in sorted(drv.inputs) if below not in used})
        data = self.compressed(store.read(path))
        at, self.end = self.end, self.end + len(data)
        return Entry(
            tuple(sorted((name, output.path) for name, output in drv.outputs.items())),
            drv.is_fixed,
            tuple(map(intern, used)),
            len(used) - named,
            digest("sha256", "\0".join(words).encode("utf-8", "surrogateescape"))[:16],
            at,
            len(data),
        )

    def masked(self, text: str, behind: dict[str, tuple[str, str, int]], used: dict[str, int]) -> str:
        """*text* with the number of the input for each path of one; *used* has the numbers so far."""
        pieces = self.mark.split(text)
        if len(pieces) == 1:
            return text
        parts = [pieces[0]]
        for at in range(1, len(pieces), 3):
            key, rest = pieces[at] or pieces[at + 1], pieces[at + 2]
            found = behind.get(key)
            if found is None:
                parts += (key, rest)
            else:
                number = used.setdefault(found[0], len(used))
                parts += (f"\1{number}.", found[1], rest[found[2] :])
        return "".join(parts)

    def open(self) -> None:
        """Make the file, if it is not there: at the latest before there are children to share it."""
        if self.file is None:
            import tempfile  # seldom

            self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - as long as the table is there

    def compressed(self, data: bytes) -> bytes:
        """The bytes as they are kept, which is done here."""
        packed = self.packed(data)
        self.write(packed)
        return packed

    def packed(self, data: bytes) -> bytes:
        """The bytes as they are kept."""
        import zlib  # seldom

        return zlib.compress(data, 1)

    def write(self, packed: bytes) -> None:
        """Keep the bytes of a text, at the end."""
        self.open()
        self.file.seek(self.end)
        self.file.write(packed)

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()

    def since(self, known: int) -> tuple[int, list[tuple[str, Entry]]]:
        """What was added after *known* entries, for a table in another process, which has the same file."""
        return self.end, list(islice(self.entries.items(), known, None))

    def take(self, given: tuple[int, list[tuple[str, Entry]]]) -> None:
        """Add what `since` gave."""
        self.end, entries = given
        for path, entry in entries:
            self.entries[intern(path)] = entry._replace(inputs=tuple(map(intern, entry.inputs)))

    def receive(self, rows: Iterable[tuple[str, tuple[Any, ...], bytes]]) -> None:
        """Add what another process has, which has not this file: path, entry and text of each."""
        for path, values, packed in rows:
            if path not in self.entries:
                entry = Entry(*values)
                self.write(packed)
                inputs = tuple(map(intern, entry.inputs))
                self.entries[intern(path)] = entry._replace(inputs=inputs, at=self.end, size=len(packed))
                self.end += len(packed)

    def read_derivation(self, path: str) -> Derivation:
        """The whole derivation, as a store gives it."""
        found = self.read.get(path)
        if found is None:
            import zlib  # seldom

            entry = self.entries[path]
            self.file.seek(entry.at)
            text = zlib.decompress(self.file.read(entry.size)).decode("utf-8", "surrogateescape")
            if len(self.read) >= REMEMBERED:
                self.read.clear()
            found = self.read[path] = parse(text, name_of_drv(path))
        return found

    def closure(self, roots: Iterable[str]) -> set[str]:
        """The derivations that *roots* are made of, themselves included."""
        found = set(roots)
        todo = list(found)
        while todo:
            for below in self.entries[todo.pop()].inputs:
                if below not in found:
                    found.add(below)
                    todo.append(below)
        return found

    def products(self, paths: Iterable[str]) -> set[str]:
        """What derivations make: output paths; the .drv file stands for one that is not known yet."""
        return {output or path for path in paths for _, output in self.entries[path].outputs}

    def same_outputs(self, old: str, new: str) -> bool:
        """Whether two derivations make the same: then nothing has to be built anew."""
        first = self.entries[old].outputs
        return old == new or (first == self.entries[new].outputs and all(path for _, path in first))
