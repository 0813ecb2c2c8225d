"""Mercurial repositories as sources, by the installed program `hg`."""

from __future__ import annotations

import posixpath

from nixlite.errors import EvalError
from nixlite.fetch.archive import put, unpack_tar
from nixlite.fetch.filters import Plain
from nixlite.fetch.git import disk_node
from nixlite.fetch.url import parse_url
from nixlite.spelling import natural
from nixlite.store.hashing import digest
from nixlite.store.tree import Directory, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.fetch.inputs import Attrs, Input
    from nixlite.host.host import Host

    Run = Callable[..., bytes]


def fetch_mercurial(
    host: Host, source: Input, cache_dir: str | None, show: Callable[[str], None]
) -> tuple[Node, Attrs]:
    """The tree of an `hg` input with its attributes; *show* gets what `hg` says when it fails.

    A local repository without `rev` and `ref` that has uncommitted changes gives its tracked files.
    """
    url = parse_url(source.required_text("url"))
    local = url.scheme == "file"
    place = url.file_path if local else str(url)
    hg = Mercurial(host, show).run
    if local:
        host.check_all_below(host.real_path(place))
    if local and source.text("ref") is None and source.text("rev") is None:
        changed = hg("status", "-R", place, "--modified", "--added", "--removed")
        if changed:
            return working_tree(host, hg, place), {**source.attrs}
    repository = place if local else clone(host, hg, place, cache_dir)
    wanted = source.text("rev") or source.text("ref") or "default"
    answer = hg("log", "-R", repository, "-r", wanted, "--template", "{node} {rev} {branch}")
    words = answer.decode("utf-8", "surrogateescape").split(" ", 2)
    if len(words) < 3 or natural(words[1]) is None:
        raise EvalError(f"hg says of the revision '{wanted}' of '{place}' what makes no sense")
    node, number, branch = words
    archive = hg("archive", "-R", repository, "-r", node, "-t", "tar", "-p", ".", "-")
    root, _ = unpack_tar(Plain(archive))
    root.entries.pop(".hg_archival.txt", None)
    return root, {**source.attrs, "rev": node, "revCount": int(number), "ref": branch}


def working_tree(host: Host, hg: Run, place: str) -> Directory:
    """The files that Mercurial tracks, as they are now."""
    names = hg("status", "-R", place, "-0", "--no-status", "--clean", "--modified", "--added").split(b"\0")
    root = Directory({})
    for name in sorted(names):
        text = name.decode("utf-8", "surrogateescape")
        if text:
            put(root, text.split("/"), disk_node(host, posixpath.join(place, text)))
    return root


def clone(host: Host, hg: Run, url: str, cache_dir: str | None) -> str:
    """A clone of a remote repository in the cache, brought up to date."""
    if cache_dir is None:
        raise EvalError(f"Mercurial repository '{url}' cannot be fetched: there is no cache directory for it")
    name = digest("sha256", url.encode("utf-8", "surrogateescape")).hex()
    directory = posixpath.join(cache_dir, "hg", name)
    if host.has_kept(directory):
        hg("pull", "-q", "-R", directory, "--", url)
    else:
        host.make_room(posixpath.dirname(directory))
        hg("clone", "-q", "-U", "--", url, directory)
    return directory


class Mercurial:
    """Runs `hg`, by way of a *host*."""

    def __init__(self, host: Host, show: Callable[[str], None]) -> None:
        self.host = host
        self.show = show

    def run(self, *arguments: str) -> bytes:
        """The output of a command."""
        try:
            done = self.host.run_program("hg", arguments, environment={"HGPLAIN": ""})
        except OSError:
            self.show('error: executing "hg": No such file or directory\n')
            raise EvalError("hg failed with exit code 1") from None
        if done.code != 0:
            self.show(done.stderr.decode("utf-8", "surrogateescape"))
            raise EvalError(f"hg failed with exit code {done.code}")
        return done.stdout
