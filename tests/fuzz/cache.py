"""The cache of compiled code and that of answers, damaged in every way: the answers are right all the same.

    python -m tests.fuzz.cache --number 850
    python -m tests.fuzz.cache --number 20000 --seed 3 --processes 20 --rounds 10

*number*: entries and packs that are damaged one after the other, each of which is then asked for. *rounds*: so many
times that many *processes* read and write one cache, a third of them killed while they do, another third with a
disk that is full after some bytes.
"""

from __future__ import annotations

import argparse
import marshal
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from nixlite.__main__ import run
from nixlite.analysis.policy import Policy
from nixlite.cache.files import Cache
from nixlite.cache.private import seal
from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.evaluated import show_value
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.results.kept import Kept
from nixlite.results.witness import Witness
from nixlite.source import CHECKSUM, Source
from tests.fuzz.mutating import mutated_bytes
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECES = Policy(source=0, value=0, members=1, large=0, huge=0)
"""Everything is compiled piece by piece."""

PROGRAMS = [
    "let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in { a = f 12; b = map f [ 1 2 3 ]; }",
    'rec { name = "x-${version}"; version = "1"; list = [ name version ]; broken = throw name; }.broken',
    "{ " + " ".join(f"a{n} = let x = {n}; in [ x (x + 1) ];" for n in range(40)) + " }",
    "{ " + " ".join(f"a{n} = let x = {n}; in [ x (x + 2) ];" for n in range(40)) + " }",  # of the same size
    "(x: y: { inherit x y; }) 1 { z = ./a; }",
]
SECONDS = 20
"""After which reading an entry is a hang."""


class Damaged(NamedTuple):
    """What stands in an entry's place, if it is no plain file of the user's."""

    path: Path
    others: list[Path]
    random: Random

    def whole(self) -> bytes:
        """What was there."""
        return self.path.read_bytes()

    def other(self) -> bytes:
        """What another entry has."""
        return self.random.choice(self.others).read_bytes()


def rewrite(it: Damaged, data: bytes) -> None:
    """Put other bytes there."""
    it.path.unlink()
    it.path.write_bytes(data)
    it.path.chmod(0o600)


def flip(it: Damaged) -> None:
    data = bytearray(it.whole())
    for _ in range(it.random.choice((1, 1, 1, 8))):
        data[it.random.randrange(len(data))] ^= 1 << it.random.randrange(8)
    rewrite(it, bytes(data))


def shorten(it: Damaged) -> None:
    rewrite(it, it.whole()[: it.random.randrange(len(it.whole()))])


def empty(it: Damaged) -> None:
    rewrite(it, b"")


def exchange(it: Damaged) -> None:
    rewrite(it, it.other())


def lengthen(it: Damaged) -> None:
    rewrite(it, it.whole() + it.random.randbytes(it.random.choice((1, 8, 5000))))


def other_head(it: Damaged) -> None:
    rewrite(it, it.other()[:CHECKSUM] + it.whole()[CHECKSUM:])


def other_body(it: Damaged) -> None:
    rewrite(it, it.whole()[:CHECKSUM] + it.other()[CHECKSUM:])


def mutate(it: Damaged) -> None:
    rewrite(it, bytes(mutated_bytes(bytearray(it.whole()), it.random)))


def noise(it: Damaged) -> None:
    rewrite(it, it.random.randbytes(len(it.whole())))


def other_form(it: Damaged) -> None:
    """Sealed as it should be, but not what is expected there."""
    values: list[object] = [
        None,
        1,
        (),
        (1, 2),
        ("x",) * 7,
        {"a": 1},
        [[]],
        ((),) * 8,
        (3, ["a"], (1,)),
        b"x",
        1.5,
    ]
    body = marshal.dumps(it.random.choice(values))
    rewrite(it, seal(body, it.path.name) + body)


def pipe(it: Damaged) -> None:
    it.path.unlink()
    os.mkfifo(it.path)


def device(it: Damaged) -> None:
    it.path.unlink()
    it.path.symlink_to(it.random.choice(("/dev/zero", "/dev/stdin", "/dev/full", "/nowhere")))


def link(it: Damaged) -> None:
    data, moved = foreign(it), Path(os.environ["HOME"]) / f"moved-{it.path.name}"
    moved.write_bytes(data)
    it.path.unlink()
    it.path.symlink_to(moved)


def folder(it: Damaged) -> None:
    it.path.unlink()
    it.path.mkdir()


def foreign(it: Damaged) -> bytes:
    """What would be run, and is wrong: another entry's body under this one's seal."""
    body = it.other()[CHECKSUM:]
    return seal(body, it.path.name) + body


def shared(it: Damaged) -> None:
    """Others can write to it."""
    rewrite(it, foreign(it))
    it.path.chmod(0o666)


def given_away(it: Damaged) -> None:
    """It is another user's, where we may make it so."""
    rewrite(it, foreign(it))
    if os.getuid() == 0:
        os.chown(it.path, 12345, 12345)
    else:
        it.path.chmod(0o622)


KINDS = [
    flip, flip, flip, shorten, shorten, empty, exchange, lengthen, other_head, other_body, mutate, mutate, noise,
    other_form, pipe, device, link, folder, shared, given_away,
]  # fmt: skip


class World:
    """A cache with an entry and a pack of each program, and an answer of each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.units = root / "nixlite/units"
        self.answers = root / "nixlite/results"
        os.chdir(root)
        self.right = [self.evaluate(number, cached=False) for number in range(len(PROGRAMS))]
        for number in range(len(PROGRAMS)):
            (root / f"{number}.nix").write_text(PROGRAMS[number])
            assert self.evaluate(number) == self.right[number]
        self.written = [self.command(number) for number in range(len(PROGRAMS))]
        self.saved = {path: path.read_bytes() for path in self.files()}

    def files(self) -> list[Path]:
        """All entries and packs."""
        return sorted(
            path for place in (self.units, self.answers) for path in place.rglob("*") if path.is_file()
        )

    def restore(self) -> None:
        """As they were, in new files."""
        for path, data in self.saved.items():
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            path.unlink(missing_ok=True)
            path.write_bytes(data)
            path.chmod(0o600)

    def evaluate(self, number: int, *, cached: bool = True) -> str:
        """What a program gives."""
        made = Evaluator(Settings(cwd="/base"), CapturingHost({}), Cache(str(self.units)) if cached else None)
        made.policy = PIECES

        def printed(_: None) -> str:
            value = made.evaluate_source(
                Source("/base/x.nix", PROGRAMS[number], base="/base", path="/base/x.nix")
            )
            force_deep(made.state, value)
            return show_value(made.state, value)

        try:
            return made.guard(printed, None)  # type: ignore[no-any-return] # what it gives
        except NixError as error:
            return made.explain(error).render(show_trace=True)
        finally:
            made.close()

    def command(self, number: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """What a command answers, of which the answer is kept, or was."""
        words = ["eval", "--json", "-f", f"{number}.nix"]
        kept = Kept(words, str(self.answers))
        entry = kept.answer()
        if entry is not None:
            return entry.code, tuple(entry.output)
        host = Witness()
        host.write_stdout = lambda text: host.said("stdout", text)  # type: ignore[method-assign] # not printed
        host.write_stderr = lambda text: host.said("stderr", text)  # type: ignore[method-assign] # not printed
        started = time.time_ns()
        code = run(words, host)
        kept.keep(host.record, code, started)
        return code, tuple(host.record.output)


def damage(root: Path, number: int, seed: int) -> list[str]:
    """What was wrong in so many damaged entries."""
    world = World(root)
    wrong = []
    for at in range(number):
        random = Random(seed * 0x1_0000_0000 + at)
        world.restore()
        files = world.files()
        chosen = random.sample(files, random.choice((1, 1, 1, 3)))
        kind = random.choice(KINDS)
        for path in chosen:
            kind(Damaged(path, [other for other in files if other != path and other.is_file()], random))
        signal.alarm(SECONDS)  # which ends the process: it is told of as a hang
        for program, right in enumerate(world.right):
            if world.evaluate(program) != right:
                wrong.append(f"{at}: {kind.__name__}: program {program} gives something else")
            if world.command(program) != world.written[program]:
                wrong.append(f"{at}: {kind.__name__}: command {program} gives something else")
        signal.alarm(0)
    return wrong


# --- many processes


def limited(size: int) -> Callable[[], None]:
    """Let a process write no file larger than that, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def at_once(root: Path, count: int, random: Random) -> list[str]:
    """So many processes evaluate with one cache, some of which are killed, or have no room; what went wrong."""
    texts = [
        f"{{ {' '.join(f'a{n} = let x = {n}; in [ x (x + {more}) ];' for n in range(1500))} }}"
        for more in range(3)
    ]
    for number, text in enumerate(texts):
        (root / f"{number}.nix").write_text(text)
    running = []
    for at in range(count):
        more, attribute = at % 3, random.randrange(1500)
        words = ["eval", "-f", f"{more}.nix", f"a{attribute}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "nixlite", *words],
            cwd=root,
            env={**os.environ, "XDG_CACHE_HOME": str(root), "PYTHONPATH": str(ROOT), "NIX_PATH": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limited(random.choice((0, 1000, 30_000, 200_000))) if at % 3 == 1 else None,  # noqa: PLW1509 # this process has one thread
        )
        running.append((process, f"[ {attribute} {attribute + more} ]\n", at % 3 == 2))
    for process, _, dies in running:
        if dies:
            time.sleep(random.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
    wrong = []
    for process, right, dies in running:
        out, err = process.communicate(timeout=SECONDS * 10)
        if not dies and (out, err, process.returncode) != (right, "", 0):
            wrong.append(f"{process.args}: {process.returncode} {out!r} {err[-500:]!r}")
    return wrong


def main() -> int:
    """The command line; 1 where an answer was wrong."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.fuzz.cache",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("--number", type=int, default=850)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--processes", type=int, default=20)
    reader.add_argument("--rounds", type=int, default=3)
    options = reader.parse_args()
    begun = time.monotonic()
    for key in ("NIX_PATH", "NIX_CONFIG"):
        os.environ.pop(key, None)
    with tempfile.TemporaryDirectory() as name:
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = name
        wrong = list(tried(Path(name), options))
    for each in wrong:
        print(each)
    print(f"{len(wrong)} wrong answers in {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


def tried(root: Path, options: argparse.Namespace) -> Iterator[str]:
    """All that went wrong."""
    os.chdir(root)
    for number in range(options.rounds):
        yield from at_once(root, options.processes, Random(options.seed * 1000 + number))
    yield from damage(root, options.number, options.seed)
    os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
