"""The working tree of a git repository as a question: what was asked of it, and whether it is as it was.

A flake's source is what git tracks, with the contents that the files have now. Of that an evaluation asks
about some files; whether the tree is dirty, for that gives a warning; and, if a program looks at them, the
revision and what else names the source. First all that git goes by is looked at: the files that say what is
checked out, the index, the configuration, and by `stat` each file that is tracked. If nothing is another or
so young that a change may not show, everything is as it was. Else git is asked, once, and only what was asked
counts.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from stat import S_ISDIR, S_ISLNK, S_ISREG, S_IXUSR

from nixlite.fetch.git_program import ENVIRONMENT, LISTED
from nixlite.results import questions
from nixlite.results.questions import digest, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Answer = tuple[Any, ...]
    """What lies at a path of the tree, as `answer_of` has it, and what is in it if that was asked."""

OF_COMMIT = frozenset({
    "rev", "shortRev", "dirtyRev", "dirtyShortRev", "lastModified", "lastModifiedDate", "revCount",
})  # fmt: skip
"""Names that are the same as long as the commit is, and the tree is as dirty."""

MOST_FILES = 5_000
"""Files that are looked at before git is asked, which needs less for each."""

STATUS = (
    "status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z", "--untracked-files=no",
    "--ignore-submodules=none", "--no-renames",
)  # fmt: skip


class Tree:
    """What was asked about a working tree, and what it was then.

    *place*: its directory, *real* the same with links resolved. *answers*: by path in the tree. *names*: what
    was asked of the names of the source. *head*: the commit, "" before the first; *dirty*: whether anything
    differs from it. *tracked*: the paths that git tracks, NUL between them; *state* and *youngest*: a hash of
    all that git goes by, and when the youngest of it was changed (ns); no state where that is not known.
    """

    __slots__ = ("answers", "dirty", "head", "names", "place", "real", "state", "tracked", "youngest")

    def __init__(
        self,
        place: str,
        real: str,
        answers: dict[str, Answer],
        names: tuple[str, ...],
        head: str,
        dirty: bool,
        tracked: str,
        state: bytes,
        youngest: int,
    ) -> None:
        self.place = place
        self.real = real
        self.answers = answers
        self.names = names
        self.head = head
        self.dirty = dirty
        self.tracked = tracked
        self.state = state
        self.youngest = youngest

    def data(self) -> tuple[Any, ...]:
        """The arguments of `__init__`."""
        facts = (self.place, self.real, self.answers, self.names, self.head, self.dirty)
        return (*facts, self.tracked, self.state, self.youngest)


class Commit:
    """That *name* means a commit in the repository at *place*, whose revision is *revision*."""

    __slots__ = ("name", "place", "revision")

    def __init__(self, place: str, name: str, revision: str) -> None:
        self.place = place
        self.name = name
        self.revision = revision

    def data(self) -> tuple[str, str, str]:
        """The arguments of `__init__`."""
        return (self.place, self.name, self.revision)

    def holds(self) -> bool:
        """Whether it still does, and the repository has it."""
        try:
            named = finish_git(*start_git(self.place, ("rev-parse", "--verify", "-q", self.name)))
            kind = finish_git(*start_git(self.place, ("cat-file", "-t", self.revision)))
        except OSError:
            return False
        return named is not None and kind is not None and named.decode().strip() == self.revision


def asked_again(tree: Tree, kept_at: int) -> Tree | None:
    """The tree, or one with a younger state, if all that was asked of it is answered as it was; else None.

    *kept_at*: when it was asked, in nanoseconds.
    """
    state, youngest = state_of(tree.place, tree.real, tree.tracked)
    if state and state == tree.state and kept_at - max(youngest, tree.youngest) >= questions.RACY:
        return tree
    found = ask_git(tree.place)
    if found is None:
        return None
    head, dirty, names = found
    if dirty is not tree.dirty or bool(head) is not bool(tree.head) or names is None:
        return None
    for name in tree.names:
        if name not in OF_COMMIT or head != tree.head:
            return None
    files = Files(tree.real, names)
    if not files.can_be_read() or any(files.answer(path, was) != was for path, was in tree.answers.items()):
        return None
    tracked = "\0".join(names)
    if tracked != tree.tracked:
        state, youngest = b"", 0  # what was looked at is not what there is now
    return Tree(
        tree.place, tree.real, tree.answers, tree.names, head, dirty, tracked, state, youngest
    )  # fmt: skip


# -- what lies in a tree


def answer_of(mode: int, target: str = "") -> Answer:
    """What lies at a path: its kind, with the executable bit of a file and the target of a link."""
    if S_ISLNK(mode):
        return ("symlink", target)
    if S_ISDIR(mode):
        return ("directory",)
    return ("regular", bool(mode & S_IXUSR))


NOTHING: Answer = ("",)


def with_entries(entries: Iterable[tuple[str, str]]) -> Answer:
    """The answer for a directory whose entries, by name and kind, were asked as well."""
    return ("directory", digest(repr(sorted(entries)).encode("utf-8", "surrogateescape")))


class Files:
    """The files of a working tree: those of *names* (sorted) that lie below the directory *real*."""

    def __init__(self, real: str, names: list[str]) -> None:
        self.real = real
        self.names = [name for name in names if not name.endswith("/")]
        self.directories: dict[str, bool] = {"": True}

    def mode(self, name: str) -> int:
        """The mode of what lies at a path, 0 where there is nothing."""
        try:
            return os.lstat(f"{self.real}/{name}".encode("utf-8", "surrogateescape")).st_mode
        except (OSError, ValueError):
            return 0

    def is_plain(self, directory: str) -> bool:
        """Whether a directory, and all around it in the tree, is one and no link to one."""
        known = self.directories.get(directory)
        if known is None:
            around = directory.rpartition("/")[0]
            known = self.is_plain(around) and S_ISDIR(self.mode(directory))
            self.directories[directory] = known
        return known

    def leaf(self, name: str) -> int:
        """The mode of a file that is tracked, 0 where it is not there."""
        return self.mode(name) if self.is_plain(name.rpartition("/")[0]) else 0

    def below(self, directory: str) -> Iterable[str]:
        """The tracked paths below a directory."""
        prefix = f"{directory}/" if directory else ""
        names = self.names
        at = bisect_left(names, prefix)
        while at < len(names) and names[at].startswith(prefix):
            yield names[at]
            at += 1

    def answer(self, path: str, was: Answer) -> Answer:
        """What lies at a path; with its entries if *was*, the answer of before, has them."""
        names = self.names
        at = bisect_left(names, path)
        if path and at < len(names) and names[at] == path:
            mode = self.leaf(path)
            if not mode:
                return NOTHING
            found = answer_of(mode, self.target(path) if S_ISLNK(mode) else "")
            return with_entries(()) if found == ("directory",) and len(was) > 1 else found
        entries: dict[str, str] = {}
        start = len(path) + 1 if path else 0
        for name in self.below(path):
            first, slash, _ = name[start:].partition("/")
            if first in entries:
                continue
            mode = self.leaf(name)
            if mode:
                entries[first] = "directory" if slash else answer_of(mode)[0]
                if was[0] == "directory" and len(was) == 1:
                    return was
        if not entries and path:
            return NOTHING
        return with_entries(entries.items()) if len(was) > 1 or was[0] != "directory" else ("directory",)

    def target(self, path: str) -> str:
        """Where a link leads."""
        try:
            raw = os.readlink(f"{self.real}/{path}".encode("utf-8", "surrogateescape"))
        except OSError:
            return ""
        return raw.decode("utf-8", "surrogateescape")

    def can_be_read(self) -> bool:
        """Whether the source could be copied: of each file it is known that it can be read."""
        for name in self.names:
            mode = self.leaf(name)
            if not mode or S_ISDIR(mode) or S_ISLNK(mode):
                continue
            if not S_ISREG(mode):
                return False
            if mode & 0o444 != 0o444 and not os.access(f"{self.real}/{name}", os.R_OK):
                return False
        return True


# -- what git goes by


def state_of(place: str, real: str, tracked: str) -> tuple[bytes, int]:
    """A hash of all that git goes by, and when the youngest was changed; empty where that is unknown."""
    names = tracked.split("\0") if tracked else []
    known = len(names) <= MOST_FILES and not any(name.endswith("/") for name in names)
    rows = administration(place) if known else None
    if rows is None:
        return b"", 0
    youngest = max([row[1][3] for row in rows if row[1] is not None and len(row[1]) > 3], default=0)
    youngest = max([youngest, *[row[1][2] for row in rows if row[1] is not None and len(row[1]) > 3]])
    folders = set()
    for name in names:
        raw = f"{real}/{name}".encode("utf-8", "surrogateescape")
        found = signature(raw, follow=False)
        rows.append((name, found))
        if found is not None and len(found) > 3:
            youngest = max(youngest, found[2], found[3])
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in sorted(folders):
        found = signature(f"{real}/{folder}".encode("utf-8", "surrogateescape"), follow=False)
        rows.append((folder, found and (found[0], *found[4:])))  # what else lies in it is nobody's business
    rows.append(("environment", tuple(sorted(environment_rows()))))
    rows.append(("owners", owners(place)))
    return digest(repr(rows).encode("utf-8", "surrogateescape")), youngest


def owners(place: str) -> tuple[int, ...]:
    """To whom a repository belongs, and who we are: git reads no one else's."""
    try:
        return (os.stat(place).st_uid, os.stat(git_directory(place)).st_uid, os.geteuid())
    except OSError:
        return ()


def environment_rows() -> Iterable[tuple[str, str]]:
    """The variables that git goes by."""
    for name, value in os.environ.items():
        if name.startswith("GIT_") or name in ("HOME", "PATH", "XDG_CONFIG_HOME"):
            yield name, value


def administration(place: str) -> list[tuple[str, Any]] | None:
    """The signatures of the files that say what is checked out, what is tracked, and how git sees it; None
    where not all of them are known."""
    try:
        directory = git_directory(place)
        common = common_directory(place)
        head = read_line(f"{directory}/HEAD")
    except OSError:
        return None
    name = head.removeprefix("ref: ")
    settings = settings_of(place)
    if not is_plain_name(head) or any(map(includes, settings)):
        return None
    files = [
        directory, f"{directory}/HEAD", f"{directory}/index", f"{common}/packed-refs", f"{common}/{name}",
        f"{common}/shallow", f"{common}/info/attributes", f"{common}/info/grafts", f"{common}/refs/replace",
        f"{directory}/info/sparse-checkout", f"{user_settings()}/attributes", "/etc/gitattributes", *settings,
    ]  # fmt: skip
    rows: list[tuple[str, Any]] = []
    for path in files:
        found = signature(path.encode("utf-8", "surrogateescape"), follow=True)
        if path == directory and found is not None:
            found = (found[0], *found[4:])
        rows.append((path, found))
    return rows


def user_settings() -> str:
    """The directory with what the user wants of git."""
    return f"{os.environ.get('XDG_CONFIG_HOME') or os.environ.get('HOME', '') + '/.config'}/git"


def settings_of(place: str) -> list[str]:
    """The files with settings that git goes by. Raises OSError where there is no repository."""
    return [
        f"{common_directory(place)}/config", f"{git_directory(place)}/config.worktree", "/etc/gitconfig",
        f"{os.environ.get('HOME', '')}/.gitconfig", f"{user_settings()}/config",
    ]  # fmt: skip


def git_directory(place: str) -> str:
    """The `.git` directory of a working tree, or what a file of that name points to. Raises OSError."""
    link = f"{place}/.git"
    if os.path.isdir(link):
        return link
    return os.path.normpath(os.path.join(place, read_line(link).removeprefix("gitdir:").strip()))


def common_directory(place: str) -> str:
    """Where the objects and references of a working tree's repository are. Raises OSError."""
    directory = git_directory(place)
    if not os.path.isfile(f"{directory}/commondir"):
        return directory
    return os.path.normpath(os.path.join(directory, read_line(f"{directory}/commondir")))


def read_line(path: str) -> str:
    """The text of a file that is one line. Raises OSError."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read().rstrip()


def is_plain_name(head: str) -> bool:
    """Whether the contents of `HEAD` are a commit, or a branch with a name that nobody argues about."""
    name = head.removeprefix("ref: ")
    if name == head:
        return len(head) == 40 and not set(head) - set("0123456789abcdef")
    plain = (
        name.isascii() and name.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum()
    )
    parts = name.split("/")
    return (
        plain
        and name.startswith("refs/heads/")
        and all(part and not part.startswith(".") and not part.endswith((".", ".lock")) for part in parts)
        and ".." not in name
    )


def includes(path: str) -> bool:
    """Whether a configuration file may name further ones."""
    try:
        with open(path, "rb") as file:
            return b"[include" in file.read().lower()
    except FileNotFoundError:
        return False
    except OSError:
        return True


# -- asking git


def ask_git(place: str) -> tuple[str, bool, list[str] | None] | None:
    """(the commit that is checked out, whether anything differs from it, the paths that are tracked), the
    paths None where a merge is going on; None where git does not say."""
    try:
        if not is_plain_name(read_line(f"{git_directory(place)}/HEAD")):
            return None
        runs = [start_git(place, STATUS), start_git(place, LISTED)]
        outputs = [finish_git(*run) for run in runs]
    except OSError:
        return None
    if None in outputs:
        return None
    head, dirty = "", False
    for row in (outputs[0] or b"").split(b"\0"):
        if row.startswith(b"# branch.oid "):
            head = row[13:].decode()
        elif row and not row.startswith(b"#"):
            dirty = True
    return ("" if head == "(initial)" else head), dirty, tracked_names(outputs[1] or b"")


def tracked_names(output: bytes) -> list[str] | None:
    """The paths that `git ls-files --stage` lists, sorted; None where a merge is going on.

    A submodule's has a slash at its end: it is no part of the tree, but what git says depends on it.
    """
    names = []
    for row in output.decode("utf-8", "surrogateescape").split("\0"):
        head, tab, name = row.partition("\t")
        if not tab:
            continue
        mode, _, rest = head.partition(" ")
        if not rest.endswith(" 0"):
            return None
        names.append(f"{name}/" if mode == "160000" else name)
    names.sort()
    return names


def start_git(place: str, arguments: tuple[str, ...]) -> tuple[int, int]:
    """A git that runs: the number of the process, and of the pipe with its output. Raises OSError."""
    ours, its = os.pipe()
    try:
        nowhere = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        output = (os.POSIX_SPAWN_DUP2, its, 1)
        actions = [output, nowhere, (os.POSIX_SPAWN_CLOSE, ours)]
        process = os.posix_spawnp(
            "git", ["git", "-C", place, *arguments], environment(), file_actions=actions
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(its)
    return process, ours


def finish_git(process: int, pipe: int) -> bytes | None:
    """The output of a git that was started; None where it failed."""
    parts = []
    with open(pipe, "rb", buffering=0) as file:
        while part := file.read(1 << 16):
            parts.append(part)
    _, status = os.waitpid(process, 0)
    return b"".join(parts) if status == 0 else None


def environment() -> Mapping[str, str]:
    """The variables of a git that is started."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return kept | {name: value for name, value in ENVIRONMENT.items() if value is not None}
