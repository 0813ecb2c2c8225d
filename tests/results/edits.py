"""Random edits of a small tree: after each, what is answered from the cache is what evaluating anew gives.

    python -m tests.results.edits --number 2000 --seed 1
    python -m tests.results.edits --number 2000 --seed 1 --git

The edits are those that fool caches: the same size and time with another content, a link that leads elsewhere, a
file that was only asked whether it is there, an entry of a directory that was only listed, a bit, a variable.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlite.__main__ import run
from nixlite.results import questions
from nixlite.results.kept import Kept
from nixlite.results.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TREE = {
    "f.nix": """{
  a = import ./a.nix;
  names = builtins.readDir ./d;
  text = builtins.readFile ./d/x;
  more = if builtins.pathExists ./more.nix then import ./more.nix else null;
  variable = builtins.getEnv "EDITED";
  linked = builtins.readFile ./link;
  folder = import ./sub;
  copied = builtins.path { path = ./e; name = "e"; };
  kind = builtins.readFileType ./d/x;
}
""",
    "g.nix": "{ arg }: { linked = [ arg (import ./f.nix).linked ]; }",
    "a.nix": "{ v = 1; }",
    "d/x": "one",
    "d/y": "two",
    "e/run": "#!/bin/sh",
    "e/sub/z": "three",
    "sub/default.nix": "import ./other.nix",
    "sub/other.nix": "[ 1 ]",
}

COMMANDS = [
    ["eval", "--json", "-f", "f.nix"],
    ["eval", "-f", "f.nix", "more"],
    ["instantiate", "--eval", "--strict", "f.nix"],
    ["instantiate", "--eval", "--strict", "--json", "f.nix", "-A", "copied"],
    ["eval", "-f", "f.nix", "variable"],
    ["instantiate", "--eval", "--strict", "g.nix", "-A", "linked", "--argstr", "arg", "x"],
    ["eval", "--impure", "--expr", "(import ./f.nix).names"],
    ["eval", "-f", "f.nix", "text"],
]

WHOLE = 0.5
"""How often the program is made whole again before it is changed."""

GRAIN = 20_000_000
"""Nanoseconds that take the place of `RACY`, so that edits need not be two seconds apart."""


class Told(NamedTuple):
    """Exit code, standard output and standard error."""

    code: int
    output: str
    errors: str


@contextmanager
def streams() -> Iterator[None]:
    """The process's streams, writing to nowhere."""
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept


def told(code: int, output: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Told:
    """An answer by its streams."""
    texts = ("".join(text for name, text in output if name == stream) for stream in ("stdout", "stderr"))
    return Told(code, *texts)


def evaluated(words: list[str], kept: Kept | None) -> Told:
    """What a command answers, kept if that is wanted."""
    host = Witness()
    started = time.time_ns()
    with streams():
        code = run(words, host)
        record = host.finish(words)
        if kept is not None and not record.odd:
            kept.keep(record, code, started)
    return told(code, record.output)


def answered(words: list[str], folder: Path) -> tuple[Told, bool]:
    """(the answer, whether it is from the cache)."""
    kept = Kept(words, str(folder))
    with streams():
        entry = kept.answer()
    if entry is not None:
        return told(entry.code, entry.output), True
    return evaluated(words, kept), False


class Edits:
    """Random changes of a tree."""

    def __init__(self, tree: Path, seed: int) -> None:
        self.tree = tree
        self.random = random.Random(seed)
        self.count = 0

    def write_all(self) -> None:
        """The tree as it is at first."""
        for name, text in TREE.items():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).write_text(text)
        (self.tree / "link").symlink_to("d/x")

    def any(self) -> str:
        """Make one change; its name."""
        self.count += 1
        if self.random.random() < WHOLE:
            self.make_whole()
        change = self.random.choice(CHANGES)
        change(self)
        return change.__name__

    def make_whole(self) -> None:
        """Put back what is missing: of a program that fails early little is asked."""
        for name, text in TREE.items():
            path = self.tree / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if not (self.tree / "link").exists():
            (self.tree / "link").unlink(missing_ok=True)
            (self.tree / "link").symlink_to("d/x")

    def file(self) -> Path:
        """Some file."""
        files = sorted(
            path for path in self.tree.rglob("*") if path.is_file() and path.name not in ("f.nix", "g.nix")
        )
        return self.random.choice(files)

    def text(self, path: Path) -> str:
        """Another content that fits to a file's name."""
        number = self.random.randrange(10, 99)
        return f"[ {number} ]" if path.suffix == ".nix" else f"text {number}"

    def content(self) -> None:
        """Another content."""
        path = self.file()
        path.write_text(self.text(path))

    def same_size_and_time(self) -> None:
        """Another content of the same size, with the time of before."""
        path = self.file()
        status = path.stat()
        old = path.read_text()
        new = old.translate(str.maketrans("0123456789", "1234567890"))
        path.write_text(new)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def add(self) -> None:
        """A new file in a directory that is listed or copied."""
        folder = self.random.choice([self.tree / "d", self.tree / "e"])
        folder.mkdir(exist_ok=True)
        (folder / f"new{self.count % 7}").write_text(self.text(folder))

    def remove(self) -> None:
        """One file less, or one that was missing again."""
        path = self.file()
        if path.name in ("x", "other.nix", "a.nix") and self.random.random() < 0.7:
            return
        path.unlink()

    def restore(self) -> None:
        """A file of the beginning."""
        name = self.random.choice(list(TREE))
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            path.rename(self.tree / f"away{self.count}")
        path.write_text(TREE[name])

    def rename(self) -> None:
        """A file under another name."""
        path = self.tree / "d" / "y"
        other = self.tree / "d" / "yy"
        if path.exists():
            path.rename(other)
        elif other.exists():
            other.rename(path)

    def swap_link(self) -> None:
        """A link that leads elsewhere."""
        link = self.tree / "link"
        target = self.random.choice(["d/x", "d/y", "a.nix", "nowhere", "e/run"])
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def permissions(self) -> None:
        """A bit of what is copied."""
        path = self.tree / "e" / "run"
        if path.exists():
            path.chmod(path.stat().st_mode ^ 0o100)

    def more(self) -> None:
        """A file that was asked whether it is there."""
        path = self.tree / "more.nix"
        if path.exists():
            path.unlink()
        else:
            path.write_text(self.text(path))

    def touch(self) -> None:
        """Another time, and nothing else."""
        os.utime(self.file())

    def kind(self) -> None:
        """A file where a directory was, or a directory where a file was."""
        path = self.tree / "d" / "kind"
        if path.is_dir():
            path.rmdir()
            path.write_text("file")
        elif path.exists():
            path.unlink()
            path.mkdir()
        else:
            path.mkdir()

    def variable(self) -> None:
        """An environment variable."""
        if self.random.random() < 0.3:
            os.environ.pop("EDITED", None)
        else:
            os.environ["EDITED"] = str(self.random.randrange(3))

    def nothing(self) -> None:
        """A file that nobody asks for."""
        (self.tree / "unrelated").write_text(str(self.count))


CHANGES: list[Callable[[Edits], None]] = [
    Edits.content, Edits.same_size_and_time, Edits.add, Edits.remove, Edits.restore, Edits.rename,
    Edits.swap_link, Edits.permissions, Edits.more, Edits.touch, Edits.kind, Edits.variable, Edits.nothing,
]  # fmt: skip


class Outcome(NamedTuple):
    """How many edits there were, how many answers came from the cache, how many different answers there were,
    and the wrong ones."""

    edits: int
    hits: int
    different: int
    wrong: list[str]


def compare(number: int, seed: int) -> Outcome:
    """Make edits, and compare after each."""
    hits = 0
    answers: set[Told] = set()
    wrong: list[str] = []
    racy, before = questions.RACY, os.getcwd()
    questions.RACY = GRAIN
    with tempfile.TemporaryDirectory() as directory:
        tree, folder = Path(directory) / "tree", Path(directory) / "results"
        tree.mkdir()
        edits = Edits(tree, seed)
        edits.write_all()
        os.chdir(tree)
        try:
            for at in range(number):
                name = edits.any()
                time.sleep(GRAIN / 1e9 * 1.5)
                words = COMMANDS[at % len(COMMANDS)]
                cached, hit = answered(words, folder)
                hits += hit
                fresh = evaluated(words, None)
                answers.add(fresh)
                if cached != fresh:
                    wrong.append(f"edit {at} ({name}), {' '.join(words)}: {cached} instead of {fresh}")
        finally:
            os.chdir(before)
            questions.RACY = racy
            os.environ.pop("EDITED", None)
    return Outcome(number, hits, len(answers), wrong)


def main() -> int:
    """Make edits and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.results.edits")
    parser.add_argument("--number", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--git", action="store_true", help="a flake in a git repository, and what one does there"
    )
    options = parser.parse_args()
    if options.git:
        from tests.results.git_edits import compare as compare_git

        found = compare_git(options.number, options.seed)
    else:
        found = compare(options.number, options.seed)
    print("\n".join(found.wrong[:10]))
    print(
        f"{found.edits} edits, {found.different} different answers, {found.hits} from the cache, {len(found.wrong)} wrong"
    )
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
