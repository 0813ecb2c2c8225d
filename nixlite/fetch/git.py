"""Git repositories as sources, by the installed program `git`.

Two ways, as in Nix: a local repository without a wanted revision gives its *working tree* (the files that git
tracks, with the contents that they have now); everything else gives the tree of a *commit*.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import EvalError
from nixlite.fetch.archive import make_directory, put
from nixlite.fetch.git_layout import check_repository
from nixlite.fetch.git_program import ENVIRONMENT, LISTED
from nixlite.fetch.url import Url, file_url, parse_url, relative_url
from nixlite.store.hashing import digest
from nixlite.store.tree import Directory, File, Node, Symlink, host_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.fetch.inputs import Attrs, Input
    from nixlite.host.host import Host

NULL_REVISION = "0" * 40

Where = tuple[str, ...]
"""Arguments that tell git which repository is meant."""


class GitTree(NamedTuple):
    """A tree with the attributes that describe it.

    *count_revisions* computes `revCount`, which may take a while; None when there is none.
    """

    node: Node
    attrs: Attrs
    count_revisions: Callable[[], int] | None


class Git:
    """Runs git, by way of a *host*.

    *cache_dir* holds clones of remote repositories, *warn* takes warnings, *show* what git itself writes.
    *warned* is not empty once the user was warned of a relative path, and is shared by those who should know.
    """

    def __init__(
        self,
        host: Host,
        cache_dir: str | None,
        warn: Callable[[str], None],
        show: Callable[[str], None],
        warned: list[str] | None = None,
    ) -> None:
        self.host = host
        self.cache_dir = cache_dir
        self.warn = warn
        self.show = show
        self.warned = [] if warned is None else warned

    def run(self, *arguments: str, data: bytes | None = None, index: str | None = None) -> bytes:
        """The output of a git command. Raises GitError when it fails."""
        environment = {**ENVIRONMENT, "GIT_INDEX_FILE": index}
        try:
            done = self.host.run_program("git", arguments, data=data, environment=environment)
        except OSError:
            raise EvalError("executing 'git': No such file or directory") from None
        if done.code != 0:
            raise GitError(arguments, done.stderr.decode("utf-8", "surrogateescape"))
        return done.stdout

    def text(self, *arguments: str) -> str:
        """The output of a git command as text, without the final newline."""
        return self.run(*arguments).decode("utf-8", "surrogateescape").rstrip("\n")

    def state_text(self, path: str) -> str:
        """What stands for the files of a working tree: the revision, and a hash of what differs from it."""
        import hashlib

        from nixlite.store.nar import dump, encode

        hasher = hashlib.sha512()
        rows = self.run("-C", path, "status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames")
        changes = {row[3:]: row[:2] for row in rows.decode("utf-8", "surrogateescape").split("\0") if row}
        ordered = sorted(changes, key=lambda name: name.split("/"))
        for name in [name for name in ordered if "D" not in changes[name]]:
            hasher.update(encode(b"modified:") + encode(f"/{name}".encode("utf-8", "surrogateescape")))
            dump(disk_node(self.host, posixpath.join(path, name)), hasher.update)
        for name in [name for name in ordered if "D" in changes[name]]:
            hasher.update(encode(b"deleted:") + encode(f"/{name}".encode("utf-8", "surrogateescape")))
        return f"{self.head(path) or NULL_REVISION};d={hasher.hexdigest()}"

    def ignores(self, directory: str, name: str) -> bool:
        """Whether the repository's rules say that a file is none of git's business."""
        try:
            self.run("-C", directory, "check-ignore", "--quiet", "--", name)
        except GitError:
            return False
        return True

    def fetch(self, source: Input) -> GitTree:
        """The tree of a git input and its attributes."""
        if source.flag("exportIgnore") and source.flag("submodules"):
            raise EvalError("exportIgnore and submodules are not supported together yet")
        url = self.absolute(parse_url(source.required_text("url"), warn=self.warn))
        path = local_repository(self.host, url)
        if path is not None:
            check_repository(self.host, path)
        if path is not None and source.rev is None and source.text("ref") is None:
            return self.working_tree(source, path)
        if path is not None:
            return self.commit(source, path, url, posixpath.join(path, ".git"))
        return self.commit(source, None, url, self.clone(source, url))

    def absolute(self, url: Url) -> Url:
        """*url*; a relative path is seen from the working directory, with a warning, once."""
        if url.scheme != "file" or url.file_path.startswith("/"):
            return url
        if not self.warned:
            self.warned.append(str(url))
            self.warn(
                f"Fetching Git repository '{url}', which uses a path relative to the current directory. "
                "This is not supported and will stop working in a future release. "
                "See https://github.com/NixOS/nix/issues/12281 for details."
            )
        return file_url(posixpath.abspath(url.file_path))

    # --- the working tree

    def working_tree(self, source: Input, path: str) -> GitTree:
        """The tracked files of a local repository, as they are now."""
        head = self.head(path)
        lost = None if head else self.optional("-C", path, "rev-parse", "--verify", "-q", "HEAD")
        if lost is not None:
            raise missing_revision(lost, None, path, local=True)
        # `git status` compares HEAD, index and files; what git does not know does not count.
        status = self.run(
            "-C", path, "status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=none"
        )
        tracked = self.run("-C", path, *LISTED).decode("utf-8", "surrogateescape")
        real = self.host.real_path(path)
        names = []
        for row in tracked.split("\0"):
            mode, tab, name = row.partition("\t")
            if tab and not mode.startswith("160000") and self.is_there(real, name):
                names.append(name)
        names = sorted(set(names))
        if source.flag("exportIgnore"):
            names = self.without_ignored(names, "-C", path)
        root = Directory({})
        for name in names:
            put(root, name.split("/"), disk_node(self.host, f"{real}/{name}"))
        if source.flag("submodules"):
            self.add_submodules(source, path, root)
        attrs: Attrs = {**source.attrs}
        attrs["lastModified"] = self.commit_time(("-C", path), head) if head else 0
        if status:
            self.warn(f"Git tree '{path}' is dirty")
            if head:
                attrs["dirtyRev"] = head + "-dirty"
                attrs["dirtyShortRev"] = head[:7] + "-dirty"
            return GitTree(root, attrs, None)
        attrs["rev"] = head or NULL_REVISION
        branch = self.optional("-C", path, "symbolic-ref", "-q", "HEAD")
        if branch:
            attrs["ref"] = branch
        return GitTree(root, attrs, self.counter(source, path, ("-C", path), head))

    def is_there(self, root: str, name: str) -> bool:
        """Whether the working tree at *root*, a real path, has a file that git tracks.

        What is behind a link that has taken the place of a directory is another file.
        """
        parent, _, base = f"{root}/{name}".rpartition("/")
        return self.host.real_path(parent) == parent and self.host.exists(f"{parent}/{base}")

    def add_submodules(self, source: Input, path: str, root: Directory) -> None:
        """Put the working trees of submodules in their places."""
        from nixlite.fetch.inputs import Input

        for name in self.submodule_paths(path):
            below = posixpath.join(path, name)
            if self.host.followed_type(posixpath.join(below, ".git")) is not None:
                tree = self.working_tree(Input({**source.attrs, "url": f"file://{below}"}), below)
                put(root, name.split("/"), tree.node)
            else:
                make_directory(root, name.split("/"))

    def submodule_paths(self, path: str) -> list[str]:
        """Where the submodules of a working tree are."""
        rows = (
            self.run("-C", path, "ls-files", "-z", "--stage").decode("utf-8", "surrogateescape").split("\0")
        )
        return [row.partition("\t")[2] for row in rows if row.startswith("160000")]

    def head(self, path: str) -> str | None:
        """The commit that is checked out, None before the first one."""
        return self.optional("-C", path, "rev-parse", "--verify", "-q", "HEAD^{commit}")

    def optional(self, *arguments: str) -> str | None:
        """The output of a command, None when it fails or prints nothing."""
        try:
            return self.text(*arguments) or None
        except GitError:
            return None

    # --- a commit

    def commit(self, source: Input, path: str | None, url: Url, git_dir: str) -> GitTree:
        """The tree of a commit in a repository on disk."""
        place = path or str(url)
        where = ("-C", path) if path else ("--git-dir", git_dir)
        ref = source.text("ref")
        rev = source.rev
        revision = rev.raw.hex() if rev is not None else self.resolve(ref or "HEAD", *where)
        if self.optional(*where, "cat-file", "-t", revision) is None:
            raise missing_revision(revision, ref, place, local=path is not None)
        attrs: Attrs = {**source.attrs, "rev": revision}
        if "lastModified" not in attrs:
            attrs["lastModified"] = self.commit_time(where, revision)
        root = self.commit_tree(source, revision, where)
        count = None if "revCount" in attrs else self.counter(source, place, where, revision)
        return GitTree(root, attrs, count)

    def resolve(self, ref: str, *where: str) -> str:
        """The commit that a branch or tag names."""
        for candidate in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
            found = self.optional(*where, "rev-parse", "--verify", "-q", candidate + "^{commit}")
            if found is not None:
                return found
        raise EvalError(
            f"resolving Git reference '{ref}': revspec '{ref}' not found (libgit2 error code = 4)"
        )

    def commit_tree(self, source: Input, revision: str, where: Where) -> Directory:
        """The files of a commit."""
        rows = self.run(*where, "ls-tree", "-r", "-z", "--full-tree", revision)
        entries: dict[str, tuple[str, str]] = {}
        for row in rows.decode("utf-8", "surrogateescape").split("\0"):
            head, tab, name = row.partition("\t")
            if tab:
                mode, _, object_id = head.split(" ")
                entries[name] = (mode, object_id)
        names = list(entries)
        if source.flag("exportIgnore"):
            names = self.without_ignored(names, *where, tree=revision)
        blobs = self.blobs([entries[name][1] for name in names if entries[name][0] != "160000"], where)
        root = Directory({})
        for name in names:
            mode, object_id = entries[name]
            if mode == "160000":  # a submodule: an empty directory unless it is wanted
                put(root, name.split("/"), self.submodule(source, revision, name, object_id, where))
            elif mode == "120000":
                put(root, name.split("/"), Symlink(blobs[object_id].decode("utf-8", "surrogateescape")))
            else:
                put(root, name.split("/"), File(blobs[object_id], mode == "100755"))
        return root

    def submodule(self, source: Input, revision: str, name: str, object_id: str, where: Where) -> Node:
        """The tree of a submodule, fetched from where `.gitmodules` says."""
        if not source.flag("submodules"):
            return Directory({})
        from nixlite.fetch.inputs import Input
        from nixlite.fetch.url import git_url

        listed = self.text(*where, "config", "--blob", f"{revision}:.gitmodules", "--get-regexp", r"\.path$")
        for line in listed.splitlines():
            key, _, path = line.partition(" ")
            if path == name:
                section = key.removesuffix(".path")
                target = self.text(*where, "config", "--blob", f"{revision}:.gitmodules", section + ".url")
                resolved = relative_url(target, source.required_text("url"))
                attrs: Attrs = {
                    "type": "git", "url": str(git_url(resolved)), "rev": object_id,
                    "submodules": True, "allRefs": True,
                }  # fmt: skip
                return self.fetch(Input(attrs)).node
        raise EvalError(f"'{name}' is not listed in '.gitmodules' of revision '{revision}'")

    def blobs(self, object_ids: Iterable[str], where: Where) -> dict[str, bytes]:
        """The contents of files by object name, in one run of git."""
        wanted = list(dict.fromkeys(object_ids))
        if not wanted:
            return {}
        output = self.run(*where, "cat-file", "--batch", data="\n".join(wanted).encode() + b"\n")
        result = {}
        at = 0
        for object_id in wanted:
            end = output.index(b"\n", at)
            size = int(output[at:end].rsplit(b" ", 1)[1])
            result[object_id] = output[end + 1 : end + 1 + size]
            at = end + 2 + size
        return result

    def without_ignored(self, names: list[str], *where: str, tree: str | None = None) -> list[str]:
        """*names* without those whose `.gitattributes`, or their directories', say `export-ignore`.

        The attributes are those of the working tree, or of *tree*, through an index made for the purpose.
        """
        paths = list(dict.fromkeys([prefix for name in names for prefix in prefixes(name)]))
        data = "\0".join(paths).encode("utf-8", "surrogateescape") + b"\0"
        if tree is None:
            output = self.run(*where, "check-attr", "-z", "--stdin", "export-ignore", data=data)
        else:
            with self.host.scratch() as directory:
                index = posixpath.join(directory, "index")
                self.run(*where, "read-tree", tree, index=index)
                output = self.run(
                    *where, "check-attr", "--cached", "-z", "--stdin", "export-ignore", data=data, index=index
                )
        fields = output.decode("utf-8", "surrogateescape").split("\0")
        ignored = {fields[i] for i in range(0, len(fields) - 2, 3) if fields[i + 2] == "set"}
        return [name for name in names if not any(prefix in ignored for prefix in prefixes(name))]

    def commit_time(self, where: Where, revision: str) -> int:
        """When a commit was made."""
        return int(self.text(*where, "log", "-1", "--format=%ct", "--no-show-signature", revision))

    def counter(
        self, source: Input, place: str, where: Where, revision: str | None
    ) -> Callable[[], int] | None:
        """How to compute the number of commits; None when it is not wanted."""
        if source.flag("shallow"):
            return None

        def count() -> int:
            if revision is None:
                return 0
            if self.text(*where, "rev-parse", "--is-shallow-repository") == "true":
                raise EvalError(f"'{place}' is a shallow Git repository, so 'revCount' is not available")
            return int(self.text(*where, "rev-list", "--count", revision))

        return count

    # --- remote repositories

    def clone(self, source: Input, url: Url) -> str:
        """Fetch what is needed of a remote repository; returns the git directory of the clone."""
        text = str(url)
        if url.scheme == "file":
            if self.host.followed_type(url.file_path) is None:
                raise EvalError(f'Git repository "{url.file_path}" does not exist.')
            self.host.check_all_below(self.host.real_path(url.file_path))
        if self.cache_dir is None:
            raise EvalError(f"Git repository '{text}' cannot be fetched: there is no cache directory for it")
        shallow = source.flag("shallow")
        name = digest("sha256", text.encode("utf-8", "surrogateescape")).hex()
        git_dir = posixpath.join(self.cache_dir, "git", name + ("-shallow" if shallow else ""))
        if not self.host.has_kept(posixpath.join(git_dir, "HEAD")):
            self.host.make_room(git_dir)
            self.run("init", "-q", "--bare", git_dir)
        ref = source.text("ref")
        if ref is None:
            ref = self.remote_head(text)
            source.attrs["ref"] = ref
        rev = source.rev
        if rev is not None and self.optional("--git-dir", git_dir, "cat-file", "-t", rev.raw.hex()):
            return git_dir
        self.update(source, text, ref, git_dir)
        return git_dir

    def update(self, source: Input, url: str, ref: str, git_dir: str) -> None:
        """`git fetch` into a clone."""
        full = ref if ref.startswith("refs/") or ref == "HEAD" else f"refs/heads/{ref}"
        wanted = [f"{full}:{full}"]
        if source.flag("allRefs"):
            wanted = ["refs/*:refs/*"]
        elif source.rev is not None:
            wanted = [source.rev.raw.hex(), *wanted]
        depth = ["--depth", "1"] if source.flag("shallow") else []
        for number, refspec in enumerate(wanted, 1):
            try:
                self.run("--git-dir", git_dir, "fetch", "--quiet", "--force", *depth, "--", url, refspec)
            except GitError as error:
                if number < len(wanted):  # not every server lets a commit be asked for by its name
                    continue
                self.show(error.output)
                raise EvalError(f"Failed to fetch git repository '{url}'") from None
            return

    def remote_head(self, url: str) -> str:
        """The branch that HEAD of a remote repository names."""
        try:
            listed = self.text("ls-remote", "--symref", "--", url, "HEAD")
        except GitError as error:
            self.show(error.output)
            listed = ""
        for line in listed.splitlines():
            target, _, name = line.partition("\t")
            if name == "HEAD":
                return target.removeprefix("ref: ")
        self.warn(f"could not read HEAD ref from repo at '{url}', using 'master'")
        return "master"


class GitError(EvalError):
    """A git command that failed, with what it wrote to the standard error."""

    def __init__(self, arguments: tuple[str, ...], output: str) -> None:
        super().__init__(f"program 'git' failed: {output.strip() or ' '.join(arguments)}")
        self.output = output


def missing_revision(revision: str, ref: str | None, place: str, *, local: bool) -> EvalError:
    """The error for a commit that is not there."""
    if local:
        return EvalError(
            f"getting Git object '{revision}': object not found - no match for id ({revision}) "
            "(libgit2 error code = 9)"
        )
    return EvalError(
        f"Cannot find Git revision '{revision}' in ref '{ref}' of repository '{place}'! "
        "Please make sure that the rev exists on the ref you've specified or add allRefs = true; to fetchGit."
    )


def local_repository(host: Host, url: Url) -> str | None:
    """The directory of a local repository with a working tree, None for all others (they are cloned)."""
    if url.scheme != "file":
        return None
    path = url.file_path
    return path if host.followed_type(posixpath.join(path, ".git")) is not None else None


def disk_node(host: Host, path: str) -> Node:
    """The node of a file or link on disk."""
    real = host.real_path(path, last=False)
    kind = host.file_type(real)
    if kind == "directory":
        return Directory({})
    return host_leaf(host, real, kind)


def prefixes(name: str) -> list[str]:
    """A path and the directories above it: `a/b/c`, `a/b`, `a`."""
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
