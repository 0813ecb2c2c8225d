"""Random things that one does in a git repository with a flake; after each, the answer from the cache is that of evaluating anew.

What fools caches of flakes: an index that says another thing than the files, a tree that becomes dirty or clean
by a file that nobody reads, a branch that was left, a commit that changes nothing but the name of the source,
names that a program looks into by the way.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nixlite.results import questions
from tests.results.edits import GRAIN, Outcome, Told, answered, evaluated

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {
    "flake.nix": """{
  inputs.other = { url = "path:./other"; flake = false; };
  outputs = { self, other }: {
    read = [ (import ./a.nix) (builtins.readFile ./d/x) (import "${self}/sub") ];
    listed = builtins.readDir ./d;
    more = if builtins.pathExists ./more.nix then import ./more.nix else null;
    linked = builtins.readFile ./link;
    kind = builtins.readFileType ./d/x;
    copied = "${./e}";
    whole = "${self}/a.nix";
    source = (derivation { name = "x"; system = "s"; builder = "b"; src = self; }).drvPath;
    keys = builtins.genericClosure { startSet = map (x: { key = toString x; }) [ ./a.nix ./sub ]; operator = _: [ ]; };
    key = builtins.length (builtins.genericClosure { startSet = map (x: { key = toString x; }) [ ./a.nix ./sub ./a.nix ]; operator = _: [ ]; });
    base = map baseNameOf [ ./a.nix (toString ./sub) "${self}/x" ];
    removed = builtins.substring (builtins.stringLength (toString ./. + "/")) (-1) (toString ./d/x);
    letter = builtins.substring 11 1 (toString ./.);
    first = (toString ./.) < "/nix/store/m";
    order = builtins.sort builtins.lessThan (map toString [ ./sub ./a.nix ]);
    short = map (x: builtins.substring 44 9 x) (builtins.sort builtins.lessThan (map toString [ ./sub ./a.nix ]));
    hash = builtins.hashString "md5" (toString ./.);
    name = builtins.attrNames { ${toString ./a.nix} = 1; b = 2; };
    replaced = builtins.replaceStrings [ "a" ] [ "b" ] (toString ./.);
    slashes = builtins.stringLength (builtins.replaceStrings [ "/" ] [ "--" ] (toString ./a.nix));
    matched = builtins.match "/nix/store/(.).*" (toString ./.);
    split = builtins.length (builtins.split "/" (toString ./d/x));
    json = builtins.stringLength (builtins.toJSON { p = toString ./.; });
    parsed = builtins.fromJSON (builtins.toJSON [ (toString ./a.nix) 1 ]) != [ ];
    context = builtins.attrNames (builtins.getContext "${self}");
    rev = self.rev or "none";
    short_rev = self.shortRev or self.dirtyShortRev or "none";
    count = self.revCount or 0;
    date = self.lastModified;
    nar = self.narHash;
    clean = self ? rev;
    printed = builtins.trace self.sourceInfo 1;
    input = [ (builtins.readDir other) (builtins.readFile "${other}/z") ];
    same = "${self}" == "${other}";
    path = builtins.path { path = ./e; name = "n"; };
    all = builtins.path { path = ./.; name = "source"; };
    filtered = builtins.filterSource (p: t: baseNameOf p != "z") ./e;
    thrown = throw "at ${toString ./a.nix}";
    caught = builtins.tryEval (throw (toString ./a.nix));
    where = (builtins.unsafeGetAttrPos "v" (import ./set.nix)).line;
    file = builtins.stringLength (builtins.unsafeGetAttrPos "v" (import ./set.nix)).file;
    wrong = (import ./set.nix).absent;
    broken = import ./d/x;
  };
}
""",
    "a.nix": "{ v = 1; }",
    "set.nix": "{ v = 1; }",
    "d/x": "one",
    "d/y": "two",
    "e/run": "#!/bin/sh",
    "e/sub/z": "three",
    "sub/default.nix": "import ./other.nix",
    "sub/other.nix": "[ 1 ]",
    "sub/flake.nix": "{ outputs = { self }: { v = import ./other.nix; w = builtins.readDir ../d; r = self.rev or null; }; }",
    "other/z": "zed",
    "unrelated/file": "0",
}

ATTRIBUTES = """read listed more linked kind copied whole source keys key base removed letter first order short hash name replaced
slashes matched split json parsed context rev short_rev count date nar clean printed input same path all filtered thrown caught
where file wrong broken""".split()

FLAKE = ["eval", "--no-write-lock-file"]
IMPURE = ["eval", "--impure", "--expr"]
COMMANDS = [
    *[[*FLAKE, "--json", f".#{name}"] for name in ATTRIBUTES],
    [*FLAKE, "./sub#v"],
    [*FLAKE, ".?dir=sub#r"],
    [*FLAKE, "./sub#w"],
    [*FLAKE, ".#read", "--show-trace"],
    [*IMPURE, '(builtins.getFlake "git+file://${toString ./.}?dir=sub").v'],
    [*IMPURE, "builtins.readDir (builtins.fetchGit ./.)"],
    [*IMPURE, 'import (builtins.fetchGit ./. + "/sub")'],
    [*IMPURE, "(builtins.fetchGit ./.).rev"],
    [*IMPURE, 'import "${builtins.fetchGit { url = ./.; ref = "side"; }}/a.nix"'],
    [*IMPURE, '[ (import ./a.nix) (builtins.readFile "${builtins.fetchGit ./.}/d/x") ]'],
    [*IMPURE, "builtins.readDir (builtins.fetchGit { url = ./.; submodules = true; })"],
    ["derivation", "show", "--no-write-lock-file", ".#source"],
    ["instantiate", "--eval", "--strict", "-E", "map toString [ (builtins.fetchGit ./.) ]"],
]

ROUND, AT_ONCE = 25, 6
"""Commands change after so many edits, and so many are asked again and again until then."""


class Repository:
    """A repository with a flake, and what is done in it."""

    def __init__(self, tree: Path, seed: int) -> None:
        self.tree = tree
        self.random = random.Random(seed)
        self.count = 0

    def git(self, *words: str) -> None:
        """Run git; that it refuses is no matter."""
        subprocess.run(["git", *words], cwd=self.tree, capture_output=True, check=False)

    def begin(self) -> None:
        """The repository as it is at first, with a branch that is not checked out."""
        self.tree.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "a@b.c")
        self.git("config", "user.name", "n")
        self.make_whole()
        self.commit()

    def make_whole(self) -> None:
        """All files as they are at first."""
        self.git("merge", "--abort")
        for name, text in FILES.items():
            path = self.tree / name
            for above in reversed(path.relative_to(self.tree).parents[:-1]):
                if (self.tree / above).is_symlink() or (self.tree / above).is_file():
                    (self.tree / above).unlink()
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                path.rename(self.tree / f"away{self.count}")
            path.unlink(missing_ok=True)
            path.write_text(text)
        (self.tree / "link").unlink(missing_ok=True)
        (self.tree / "link").symlink_to("d/x")

    def any(self) -> str:
        """Do one thing; its name."""
        self.count += 1
        if self.random.random() < 0.15:
            self.make_whole()
            self.commit()
        change = self.random.choice(CHANGES)
        change(self)
        return change.__name__

    def file(self) -> Path:
        """Some file that may be changed."""
        files = sorted(
            path
            for path in self.tree.rglob("*")
            if path.is_file() and ".git" not in path.parts and path.name not in ("flake.nix", "flake.lock")
        )
        return self.random.choice(files)

    # -- in the files

    def content(self) -> None:
        """Another content."""
        path = self.file()
        number = self.random.randrange(10, 99)
        path.write_text(f"[ {number} ]" if path.suffix == ".nix" else f"text {number}")

    def unrelated(self) -> None:
        """A file that nobody reads."""
        (self.tree / "unrelated").mkdir(exist_ok=True)
        (self.tree / "unrelated" / "file").write_text(str(self.count))

    def unrelated_committed(self) -> None:
        """A commit to a file that nobody reads."""
        self.unrelated()
        self.git("commit", "-q", "-m", "u", "--", "unrelated")

    def same_size_and_time(self) -> None:
        """Another content of the same size, with the time of before."""
        path = self.file()
        status = path.stat()
        path.write_text(path.read_text().translate(str.maketrans("0123456789", "1234567890")))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def touch(self) -> None:
        """Another time, and nothing else."""
        os.utime(self.file())

    def untracked(self) -> None:
        """A new file that git does not know."""
        folder = self.random.choice(["d", "e", "."])
        (self.tree / folder).mkdir(exist_ok=True)
        (self.tree / folder / f"new{self.count % 5}").write_text("new")

    def more(self) -> None:
        """A file that is asked for by `pathExists`."""
        path = self.tree / "more.nix"
        if path.exists():
            path.unlink()
        else:
            path.write_text(f"[ {self.count} ]")

    def remove(self) -> None:
        """A file less, but for the index."""
        self.file().unlink()

    def permissions(self) -> None:
        """A bit."""
        path = self.tree / self.random.choice(["e/run", "a.nix", "unrelated/file"])
        if path.is_file():
            path.chmod(path.stat().st_mode ^ 0o100)

    def swap_link(self) -> None:
        """A link that leads elsewhere."""
        (self.tree / "link").unlink(missing_ok=True)
        (self.tree / "link").symlink_to(self.random.choice(["d/x", "d/y", "nowhere", "e/run", "a.nix"]))

    def swap_directory(self) -> None:
        """A directory whose place a link to it has taken, or the other way round."""
        path, away = self.tree / "sub", self.tree / "moved"
        if path.is_symlink():
            path.unlink()
            if away.is_dir():
                away.rename(path)
        elif path.is_dir() and not away.exists():
            path.rename(away)
            path.symlink_to("moved")

    def kind(self) -> None:
        """A directory where a file was."""
        path = self.tree / "d" / "y"
        if path.is_dir():
            path.rmdir()
        elif path.exists():
            path.unlink()
            path.mkdir()

    # -- in the repository

    def commit(self) -> None:
        """All of it."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"{self.count}")

    def empty_commit(self) -> None:
        """A commit that changes nothing."""
        self.git("commit", "-q", "--allow-empty", "-m", f"{self.count}")

    def amend(self) -> None:
        """The last commit, another one."""
        self.git("commit", "-q", "--amend", "--allow-empty", "-m", f"amended {self.count}")

    def checkout(self) -> None:
        """Another branch."""
        self.git("checkout", "-q", "-f", self.random.choice(["main", "side"]))

    def detach(self) -> None:
        """No branch."""
        self.git("checkout", "-q", "--detach")

    def stage(self) -> None:
        """One file more in the index."""
        self.git("add", str(self.file()))

    def unstage(self) -> None:
        """The index as it was committed."""
        self.git("reset", "-q")

    def stage_all(self) -> None:
        """All changes in the index."""
        self.git("add", "-A")

    def intend(self) -> None:
        """A file that will be added."""
        self.untracked()
        self.git("add", "-N", ".")

    def forget(self) -> None:
        """A file that git does not track any more."""
        self.git("rm", "-q", "--cached", str(self.file()))

    def rename(self) -> None:
        """A file under another name."""
        for pair in (("d/y", "d/yy"), ("d/yy", "d/y")):
            self.git("mv", *pair)

    def restore(self) -> None:
        """All as it was committed."""
        self.git("reset", "-q", "--hard")

    def stash(self) -> None:
        """Changes put away, or back."""
        self.git("stash", *self.random.choice([("push", "-q"), ("pop", "-q")]))

    def pack(self) -> None:
        """Objects and references in other files."""
        self.git(*self.random.choice([("gc", "-q"), ("pack-refs", "--all"), ("repack", "-q", "-d")]))

    def refresh(self) -> None:
        """The index, written again."""
        self.git("update-index", "-q", "--refresh")

    def side(self) -> None:
        """A commit on the other branch."""
        self.git("branch", "-f", "side", "HEAD")

    def merge(self) -> None:
        """Two branches that do not fit, in the middle of a merge."""
        self.make_whole()
        self.commit()
        self.git("checkout", "-q", "-B", "one")
        (self.tree / "unrelated" / "file").write_text("one")
        self.commit()
        self.git("checkout", "-q", "-B", "two", "HEAD~1")
        (self.tree / "unrelated" / "file").write_text("two")
        self.commit()
        self.git("merge", "-q", "one")

    def configure(self) -> None:
        """What git thinks of a bit, or of line ends."""
        name = self.random.choice(["core.fileMode", "core.autocrlf", "core.symlinks"])
        self.git("config", name, self.random.choice(["true", "false"]))

    def attributes(self) -> None:
        """What is not exported."""
        path = self.tree / self.random.choice([".gitattributes", "d/.gitattributes"])
        if path.exists():
            path.unlink()
        elif path.parent.is_dir():
            path.write_text("x export-ignore\na.nix export-ignore\n")

    def trust(self) -> None:
        """A file of which git believes that it does not change."""
        flag = self.random.choice(["--assume-unchanged", "--no-assume-unchanged"])
        self.git("update-index", flag, "unrelated/file", "a.nix")

    def nothing(self) -> None:
        """Nothing at all."""

    def worktree(self) -> None:
        """From now on it is worked elsewhere."""
        other = self.tree.with_name(f"tree{self.count}")
        self.git("worktree", "add", "-q", "-f", "--detach", str(other))
        if (other / "flake.nix").is_file():
            self.tree = other
            os.chdir(other)


OFTEN: list[Callable[[Repository], None]] = [
    Repository.content, Repository.unrelated_committed, Repository.empty_commit, Repository.commit, Repository.touch,
    Repository.untracked, Repository.same_size_and_time, Repository.nothing, Repository.restore, Repository.refresh,
]  # fmt: skip
CHANGES: list[Callable[[Repository], None]] = [
    *OFTEN, *OFTEN, Repository.unrelated, Repository.more, Repository.remove, Repository.permissions, Repository.swap_link,
    Repository.swap_directory, Repository.kind, Repository.amend, Repository.checkout, Repository.detach, Repository.stage,
    Repository.unstage, Repository.stage_all, Repository.intend, Repository.forget, Repository.rename, Repository.stash,
    Repository.pack, Repository.side, Repository.merge, Repository.configure, Repository.attributes, Repository.trust,
    Repository.worktree,
]  # fmt: skip


def compare(number: int, seed: int) -> Outcome:
    """Do things, and compare after each."""
    hits = 0
    answers: set[Told] = set()
    wrong: list[str] = []
    racy, before, home = questions.RACY, os.getcwd(), os.environ.get("XDG_CACHE_HOME")
    questions.RACY = GRAIN
    with tempfile.TemporaryDirectory() as directory:
        tree, folder = Path(directory).resolve() / "tree", Path(directory) / "results"
        os.environ["XDG_CACHE_HOME"] = f"{directory}/cache"
        repository = Repository(tree, seed)
        repository.begin()
        os.chdir(tree)
        commands: list[list[str]] = []
        try:
            evaluated(["eval", ".#date"], None)  # which makes the lock file
            repository.commit()
            repository.side()
            for at in range(number):
                name = repository.any()
                time.sleep(GRAIN / 1e9 * 1.5)
                if at % ROUND == 0:
                    commands = repository.random.sample(COMMANDS, AT_ONCE)
                for words in repository.random.sample(commands, 3):
                    cached, hit = answered(words, folder)
                    hits += hit
                    fresh = evaluated(words, None)
                    answers.add(fresh)
                    if cached != fresh:
                        wrong.append(f"{at} ({name}), {' '.join(words)}: {cached} instead of {fresh}")
        finally:
            os.chdir(before)
            questions.RACY = racy
            os.environ.pop("XDG_CACHE_HOME")
            if home is not None:
                os.environ["XDG_CACHE_HOME"] = home
    return Outcome(number, hits, len(answers), wrong)
